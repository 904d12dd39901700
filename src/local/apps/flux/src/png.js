import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHANNELS = 3;
const compress = promisify(deflate);

/** Encodes 8-bit RGB rows as a PNG file. */
export async function encodePng(pixels, width, height) {
  const rows = filterRows(pixels, width, height);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(width, height)),
    chunk("sRGB", Buffer.from([0])),
    chunk("IDAT", await compress(rows, { level: 5 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function header(width, height) {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([8, 2, 0, 0, 0], 8);
  return bytes;
}

/** A smooth picture shrinks best when each pixel is stored as its difference from the mean of its neighbours. */
function filterRows(pixels, width, height) {
  const stride = width * CHANNELS;
  const AVERAGE = 3;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const source = y * stride;
    const target = y * (stride + 1);
    rows[target] = AVERAGE;
    for (let i = 0; i < stride; i++) {
      const left = i < CHANNELS ? 0 : pixels[source + i - CHANNELS];
      const up = y === 0 ? 0 : pixels[source + i - stride];
      rows[target + 1 + i] = pixels[source + i] - ((left + up) >> 1);
    }
  }
  return rows;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
