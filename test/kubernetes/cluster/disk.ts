/** The disk of a node: all that it has written, and the images that it began with. */
import { rm } from 'node:fs/promises';
import { copyStorage, provideTemplate } from './image-template.ts';
import { containerdStorage } from './node.ts';
import type { NodePlan } from './plan.ts';
import type { ClusterState } from './state.ts';

/** Puts a new one, as at the making of the cluster, in the place of that of a node that is off. */
export async function replaceDisk({ parts }: ClusterState, node: NodePlan): Promise<void> {
  await rm(node.directory, { recursive: true, force: true });
  const template = await provideTemplate(parts.images, () => undefined);
  await copyStorage(template, containerdStorage(node));
}
