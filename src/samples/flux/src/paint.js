import { paintBoat } from "./boat.js";
import { paintFog } from "./fog.js";
import { paintForest } from "./forest.js";
import { paintLighthouse } from "./lighthouse.js";
import { paintMeadow } from "./meadow.js";
import { paintMountains } from "./mountains.js";
import { paintAir, paintClouds, paintMoon, paintStars, paintSun } from "./sky.js";
import { paintTown } from "./town.js";
import { paintWater } from "./water.js";

/** What is painted for a kind of thing, from far to near. */
const LAYERS = [
  ["sky", paintAir],
  ["stars", paintStars],
  ["sun", paintSun],
  ["moon", paintMoon],
  ["sky", paintClouds],
  ["mountains", paintMountains],
  ["town", paintTown],
  ["forest", paintForest],
  ["boat", paintBoat],
  ["water", paintWater],
  ["meadow", paintMeadow],
  ["lighthouse", paintLighthouse],
  ["fog", paintFog],
];

/** Paints a scene; `report` is told what is being painted. */
export async function paint(canvas, scene, report) {
  for (const [kind, painter] of LAYERS.filter(([kind]) => scene.has(kind))) {
    report(kind);
    await painter(canvas, scene);
  }
}
