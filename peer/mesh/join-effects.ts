/** Puts the effects of a step's parts together. */
import type { MeshEffect } from './effect.ts';

export const NO_EFFECTS: readonly MeshEffect[] = [];

/** All of them in order. Most steps have none in most of the parts, and most have one part at most. */
export function joinEffects(...parts: readonly (readonly MeshEffect[])[]): readonly MeshEffect[] {
  const [first, ...others] = parts.filter(({ length }) => length > 0);
  if (first === undefined) return NO_EFFECTS;
  return others.length === 0 ? first : [first, ...others].flat();
}
