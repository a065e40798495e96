/** A plot of how long starts take, as SVG: both axes logarithmic, a line for each contender. */
import { WEAVE } from './mesh/targets.ts';
import type { SizeFigures } from './mesh/run.ts';

const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { left: 60, right: 130, top: 20, bottom: 44 };
const PEERS = { least: 25, most: 600, marks: [30, 60, 100, 500] };
const SECONDS = { least: 0.3, most: 400, marks: [1, 10, 100] };

interface Point {
  readonly peers: number;
  readonly seconds: number;
  /** The time at which it was given up. */
  readonly isLimit: boolean;
}

interface Line {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

/** The whole file. */
export function drawStarts(
  weft: readonly SizeFigures[],
  memberlist: readonly SizeFigures[],
): string {
  const weave = Object.entries(WEAVE).map(([peers, { knownMs = 0 }]) => ({
    peers: Number(peers),
    seconds: knownMs / 1000,
    isLimit: false,
  }));
  const lines: readonly Line[] = [
    { name: 'Weft', color: '#0a7d4f', points: weft.flatMap(pointOf) },
    { name: 'memberlist', color: '#b3541e', points: memberlist.flatMap(pointOf) },
    { name: 'Weave mesh', color: '#777777', points: weave },
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...drawAxes(),
    ...lines.filter(({ points }) => points.length > 0).flatMap(drawLine),
    '</svg>\n',
  ].join('\n');
}

function pointOf({ peers, knownMs, notStarted }: SizeFigures): readonly Point[] {
  const isLimit = knownMs === undefined;
  const ms = knownMs?.median ?? notStarted?.limitMs;
  return ms === undefined ? [] : [{ peers, seconds: ms / 1000, isLimit }];
}

function drawAxes(): readonly string[] {
  const { left, right, bottom } = MARGIN;
  const base = HEIGHT - bottom;
  return [
    ...SECONDS.marks.flatMap((seconds) => [
      `<line x1="${left}" x2="${WIDTH - right}" y1="${y(seconds)}" y2="${y(seconds)}" stroke="#dddddd"/>`,
      `<text x="${left - 8}" y="${y(seconds) + 4}" text-anchor="end">${seconds} s</text>`,
    ]),
    ...PEERS.marks.map(
      (peers) => `<text x="${x(peers)}" y="${base + 18}" text-anchor="middle">${peers}</text>`,
    ),
    `<text x="${(left + WIDTH - right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">peers that start at once</text>`,
    `<line x1="${left}" x2="${WIDTH - right}" y1="${base}" y2="${base}" stroke="#333333"/>`,
  ];
}

function drawLine({ name, color, points }: Line): readonly string[] {
  const path = points.map(({ peers, seconds }) => `${x(peers)},${y(seconds)}`).join(' ');
  const last = points.at(-1);
  const label = last?.isLimit === true ? `${name}: not in ${last.seconds} s` : name;
  return [
    `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
    ...points.map(
      ({ peers, seconds, isLimit }) =>
        `<circle cx="${x(peers)}" cy="${y(seconds)}" r="4" stroke="${color}" fill="${isLimit ? '#ffffff' : color}"/>`,
    ),
    ...(last === undefined ? [] : [labelAt(last, { label, color })]),
  ];
}

/** Beside the point, or above it where there is no room. */
function labelAt(
  { peers, seconds, isLimit }: Point,
  { label, color }: { readonly label: string; readonly color: string },
): string {
  const at = isLimit
    ? `x="${x(peers)}" y="${y(seconds) + 20}" text-anchor="middle"`
    : `x="${x(peers) + 10}" y="${y(seconds) + 4}"`;
  return `<text ${at} fill="${color}">${label}</text>`;
}

function x(peers: number): number {
  const share = logShare(peers, PEERS);
  return round(MARGIN.left + share * (WIDTH - MARGIN.left - MARGIN.right));
}

function y(seconds: number): number {
  const share = logShare(seconds, SECONDS);
  return round(HEIGHT - MARGIN.bottom - share * (HEIGHT - MARGIN.top - MARGIN.bottom));
}

/** Where the value is between the least and the most, from 0 to 1. */
function logShare(
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  return Math.log(value / least) / Math.log(most / least);
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
