import { hex, lerp, mixColors, smoothstep } from "./color.js";
import { paintGround } from "./meadow.js";

const GREEN = { day: "#2f6b3c", dawn: "#3c5a4a", dusk: "#241f33", night: "#0a1a22" };

/** Rows of spruces, the far ones small and in haze, the near ones framing the picture. */
export async function paintForest(canvas, scene) {
  const { has, random, palette, time, horizon, water } = scene;
  const { width, height, unit } = canvas;
  const trees = random("forest");
  // By the water or a meadow, only the far ones.
  const [rows, haze] = water || has("meadow") ? [1, 0.2] : [5, 0.6];
  for (let row = 0; row < rows; row++) {
    const near = row / 4;
    const noise = scene.noise(`forest ${row}`);
    const base = lerp(horizon, height, near ** 1.5);
    const line = canvas.line((x) => base - noise.layered((x / unit) * 1.3, 1, 3) * unit * 0.045);
    const body = mixColors(hex(GREEN[time]), palette.mist, haze * (1 - near));
    const size = unit * lerp(0.08, 0.58, near ** 1.8);
    for (let x = 0; x < width; x += size * trees.between(0.1, 0.3) * (1 + near * 2)) {
      await canvas.breathe();
      // Near trees leave the middle open, so that there is somewhere to look.
      const clearing = near < 0.45 ? 1 : smoothstep(0.06, 0.42, Math.abs(x / width - 0.5));
      const tall = size * trees.between(0.6, 1.15) * clearing;
      if (tall > size * 0.3) paintSpruce(canvas.at(x, line[Math.floor(x)] + size * 0.05, tall), trees, body);
    }
    await paintGround(canvas, scene, { noise, near, line, body });
  }
}

function paintSpruce(spruce, random, color) {
  const left = [0, -1];
  const right = [];
  for (let tier = 1; tier <= 12; tier++) {
    const y = 0.078 * tier - 1;
    const reach = 0.2 * (tier / 12) ** 0.85 * random.between(0.8, 1.15);
    left.push(-reach, y + 0.035, -reach * 0.42, y);
    right.unshift(reach * 0.42, y, reach, y + 0.035);
  }
  spruce.shape([...left, -0.02, 0, 0.02, 0, ...right], color);
}
