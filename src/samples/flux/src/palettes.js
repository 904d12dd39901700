import { gradient, hexes, mixColors } from "./color.js";

/** Each line: water, land, the shadow and the light of clouds, the sun; then the sky from zenith to horizon. */
const PALETTES = {
  dusk: [
    "#16204a #241a38 #5a3a78 #ff9d7d #ff9a52 #1a1d4d #3b3179 #7d4190 #cf5a83 #f48b66 #ffd494",
    "#12284a #1c2238 #57588f #ffb59a #ffb25e #0e2248 #2b4b82 #766fa8 #d38ba3 #f8b07f #ffe3a8",
    "#33123f #260f2c #6a2358 #ff8f5c #ff8a3a #25103f #5c1c62 #aa3263 #e9594f #fb9545 #ffdb78",
  ],
  dawn: [
    "#4a6788 #2d3f55 #a9a3c4 #fff0e0 #ffd9a0 #4d6c9d #8aa0c6 #c5b8d2 #f2c4bf #fddcba #fff2d6",
    "#5a5d8e #383452 #9c8db8 #ffe6dc #ffc29a #5b5a93 #9384b4 #cfa3c0 #f4b5b5 #ffd0ad #ffebc4",
  ],
  day: [
    "#0f5f86 #23513f #a9c0d6 #ffffff #fff3cf #1b66b3 #3f8fd2 #7dbce6 #b7ddf0 #e6f4f5",
    "#1b6f80 #2c5a3c #b3c4c9 #fffdf4 #fff0c0 #2879a8 #57a5c8 #95cbd9 #cfe6dd #f6f1d9",
  ],
  night: [
    "#081a38 #050b18 #0d1a38 #4a6690 #c9dcff #040818 #091432 #11244e #1d3a68 #37597f",
    "#150f3c #0a0618 #160f38 #6a5a9c #d8d0ff #080518 #150d38 #291d58 #433577 #6c5896",
    "#062a36 #03100f #07202c #3f7478 #cdf0ec #020e18 #06202e #0c3543 #184f59 #33706f",
  ],
};

export function choosePalette(time, random) {
  const [water, land, shade, lit, sun, ...air] = hexes(random.pick(PALETTES[time]));
  const skyAt = gradient(air);
  const haze = air.at(-1);
  const fog = mixColors(haze, [1, 1, 1], 0.3);
  return { skyAt, zenith: air[0], haze, mist: skyAt(0.64), fog, sun, lit, shade, land, water };
}
