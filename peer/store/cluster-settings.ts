/**
 * What all peers of a cluster have in common besides its name, kept with the state: a holding is a
 * part of one universe, and pods are reached under one VNI. A peer that took others at a restart
 * would go on by itself, cut off from the rest.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type Cidr, compareCidrs, formatCidr } from '../ipam/cidr.ts';
import { readRememberedSettings } from './state-reader.ts';

export interface ClusterSettings {
  /** At most one range of each family. */
  readonly universe: readonly Cidr[];
  readonly vni: number;
}

/** What they were and what they are to be, for people; undefined when they are the same. */
export interface SettingsChange {
  readonly was: string;
  readonly wanted: string;
}

/** Throws StateDamaged. None were kept by earlier versions: then there is no change. */
export function findSettingsChange(
  database: DatabaseSync,
  settings: ClusterSettings,
): SettingsChange | undefined {
  const remembered = readRememberedSettings(database);
  if (remembered === undefined) return undefined;
  const changes = [
    { name: 'universe', was: remembered.universe, wanted: universeText(settings) },
    { name: 'VNI', was: String(remembered.vni), wanted: String(settings.vni) },
  ].filter(({ was, wanted }) => was !== wanted);
  if (changes.length === 0) return undefined;
  return {
    was: changes.map(({ name, was }) => `${name} ${was}`).join(' and '),
    wanted: changes.map(({ name, wanted }) => `${name} ${wanted}`).join(' and '),
  };
}

/** In place of those that were kept before. */
export function writeSettings(database: DatabaseSync, settings: ClusterSettings): void {
  const sql = 'INSERT OR REPLACE INTO cluster_settings (one, universe, vni) VALUES (1, ?, ?)';
  database.prepare(sql).run(universeText(settings), settings.vni);
}

/** The same for the same ranges, in whatever order they are given. */
function universeText({ universe }: ClusterSettings): string {
  return universe.toSorted(compareCidrs).map(formatCidr).join(',');
}
