import { paintAbstract } from "./abstract.js";
import { paintCity } from "./city.js";
import { clamp, mixColours } from "./colour.js";
import { develop } from "./develop.js";
import { paintForest } from "./forest.js";
import { paintDunes, paintMeadow, paintMountains } from "./land.js";
import { paintLighthouse } from "./lighthouse.js";
import { chooseSky } from "./palettes.js";
import { paintAir, paintAurora, paintClouds, paintMilkyWay, paintMoon, paintStars, paintSun } from "./sky.js";
import { nebulaColours, paintNebula, paintPlanet } from "./space.js";
import { paintBirds, paintBoat, paintCabin, paintCat } from "./things.js";
import { paintWater, softenHorizon } from "./water.js";
import { paintFog, paintRain, paintSnowfall } from "./weather.js";

/** Paints a scene and returns its 8-bit RGB rows. `report` is told what is being painted. */
export async function paint(scene, canvas, report) {
  if (scene.abstract) await paintMood(scene, canvas, report);
  else if (scene.places.has("space")) await paintSpace(scene, canvas, report);
  else await paintLandscape(scene, canvas, report);
  report("light and grain");
  return develop(canvas, scene);
}

async function paintMood(scene, canvas, report) {
  report("shapes and colours");
  await paintAbstract(canvas, scene);
}

async function paintSpace(scene, canvas, report) {
  const colours = nebulaColours(scene);
  report("a nebula");
  await paintNebula(canvas, scene, colours);
  report("stars and a planet");
  paintStars(canvas, scene, { horizon: canvas.height * 1.6 }, 1);
  paintPlanet(canvas, scene, colours);
  if (scene.things.has("cat")) await paintCat(canvas, scene, { palette: { land: colours[0] } });
}

async function paintLandscape(scene, canvas, report) {
  const view = compose(scene, canvas);
  report("the sky");
  await paintSky(scene, canvas, view);
  report("the land");
  await paintLand(scene, canvas, view);
  report("the weather");
  await paintWeather(scene, canvas, view);
}

function compose(scene, { width, height, unit }) {
  const random = scene.random("composition");
  const { places, things, time } = scene;
  const water = places.has("sea") || places.has("lake") || places.has("city");
  const horizon = Math.round(height * (water ? random.between(0.6, 0.66) : random.between(0.55, 0.62)));
  const sunX = width * (things.has("lighthouse") ? random.between(0.2, 0.36) : random.between(0.28, 0.72));
  const rise = { dusk: water ? 0.045 : 0.14, dawn: 0.1, day: 0.42, night: 0.3 }[time];
  return {
    width,
    horizon,
    water,
    // Land need not be painted where water will cover it.
    landBottom: water ? horizon + 1 : height,
    time,
    palette: chooseSky(scene),
    sun: { x: sunX, y: horizon - unit * rise, radius: unit * 0.034 },
  };
}

async function paintSky(scene, canvas, view) {
  const { things, time, weather } = scene;
  const grey = weather === "rain";
  await paintAir(canvas, view);
  const stars = grey ? 0 : { night: 1, dusk: 0.35, dawn: 0, day: 0 }[time];
  if (stars === 1) await paintMilkyWay(canvas, scene, view);
  if (stars) paintStars(canvas, scene, view, stars);
  if (things.has("aurora")) await paintAurora(canvas, scene, view);
  const moonlit = things.has("moon") && !grey;
  if (!grey && (time === "dusk" || time === "dawn") && !moonlit) paintSun(canvas, view);
  if (moonlit) paintMoons(scene, canvas, view);
  const cover = grey ? 0.3 : scene.random("clouds").between(-0.14, 0.05);
  if (!things.has("aurora")) await paintClouds(canvas, scene, view, cover);
}

function paintMoons(scene, canvas, view) {
  const random = scene.random("moons");
  const { unit, width } = canvas;
  const pale = mixColours([0.95, 0.93, 0.86], view.palette.sun, 0.2);
  const first = {
    phase: scene.moons > 1 ? 1 : random.pick([1, 1, 0.24]),
    x: view.sun.x,
    y: view.horizon * random.between(0.28, 0.42),
    radius: unit * (scene.moons > 1 ? 0.085 : 0.058),
  };
  for (let i = 0; i < scene.moons; i++) {
    const side = first.x < width / 2 ? 1 : -1;
    const radius = first.radius * 0.48 ** i;
    paintMoon(
      canvas,
      scene,
      {
        x: clamp(first.x + side * i * unit * random.between(0.2, 0.27), radius * 1.5, width - radius * 1.5),
        y: first.y - i * unit * random.between(0.05, 0.1),
        radius,
        phase: i === 0 ? first.phase : 0.3,
        side: view.sun.x < width / 2 ? -1 : 1,
        colour: i === 0 ? pale : mixColours(pale, view.palette.lit, 0.55),
      },
      view.palette,
    );
  }
}

async function paintLand(scene, canvas, view) {
  const { places, things } = scene;
  const { horizon, water } = view;
  const { height, width, unit } = canvas;
  const snowy = scene.weather === "snow";
  if (places.has("mountains") || (places.has("lake") && !places.has("city"))) {
    const bottom = water ? horizon : height * 1.06;
    await paintMountains(canvas, scene, view, {
      layers: water ? 3 : 5,
      bottom,
      height: water ? 0.3 : 0.36,
      snow: snowy ? 0.9 : 0.32,
    });
  } else if (places.has("forest") && !water) {
    await paintMountains(canvas, scene, view, {
      layers: 1,
      bottom: horizon,
      height: 0.2,
      snow: snowy ? 0.9 : 0.32,
    });
  }
  if (places.has("desert")) await paintDunes(canvas, scene, view);
  if (places.has("meadow") && !water) await paintMeadow(canvas, scene, view);
  if (places.has("city")) await paintCity(canvas, scene, view);
  if (water && (places.has("forest") || places.has("lake"))) await paintShoreTrees(scene, canvas, view);
  if (water) {
    await paintWater(canvas, scene, view, {
      calm: !places.has("sea"),
      sunlit: !places.has("city") && scene.weather !== "rain",
    });
    if (!places.has("city")) softenHorizon(canvas, view);
  }
  if (!water) await paintNearTrees(scene, canvas, view);
  if (things.has("cabin"))
    paintCabin(canvas, scene, view, {
      x: width * scene.random("place").between(0.3, 0.6),
      y: horizon + (height - horizon) * (water ? 0 : 0.38),
      size: unit * 0.05,
    });
  if (water && things.has("boat")) paintBoat(canvas, scene, view);
  if (things.has("lighthouse")) await paintLighthouse(canvas, scene, view);
  if (things.has("birds") || (scene.time !== "night" && places.has("sea"))) paintBirds(canvas, scene, view);
  if (things.has("cat")) await paintCat(canvas, scene, view);
}

/** Trees on the far shore, so that the water has something to mirror. */
async function paintShoreTrees(scene, canvas, view) {
  await paintForest(canvas, scene, view, {
    rows: 2,
    top: view.horizon,
    bottom: view.horizon,
    sizes: [0.04, 0.1],
    haze: 0.4,
  });
}

async function paintNearTrees(scene, canvas, view) {
  const { places, things } = scene;
  const { height } = canvas;
  if (places.has("forest")) {
    await paintForest(canvas, scene, view, {
      rows: 5,
      top: view.horizon,
      bottom: height,
      sizes: [0.085, 0.58],
      haze: 0.72,
    });
  } else if (places.has("mountains") && places.size === 1 && !things.has("cat")) {
    await paintForest(canvas, scene, view, {
      rows: 2,
      top: height * 0.93,
      bottom: height * 1.02,
      sizes: [0.07, 0.26],
      haze: 0.35,
    });
  }
}

async function paintWeather(scene, canvas, view) {
  const { weather, time, places } = scene;
  if (weather === "fog" || (time === "dawn" && places.has("lake"))) {
    await paintFog(canvas, scene, view, {
      floor: view.horizon,
      strength: weather === "fog" ? 0.92 : 0.5,
      depth: weather === "fog" ? 0.13 : 0.09,
    });
  }
  if (weather === "rain") await paintRain(canvas, scene, view);
  if (weather === "snow") await paintSnowfall(canvas, scene, view);
}

export function describeScene(scene) {
  if (scene.abstract) return "no place I know, so shapes and colours";
  return [scene.time, scene.weather, ...scene.places, ...scene.things].filter(Boolean).join(", ");
}
