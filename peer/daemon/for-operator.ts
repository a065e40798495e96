/**
 * What the host, the state or another process says no to: the message tells what to do, and a stack
 * would only bury it.
 */
import { VotesDamaged, VotesMissing, VotesOfAnotherSeed } from '../arbiter/seeds/acceptor-store.ts';
import { RegistryDamaged } from '../arbiter/solo.ts';
import { ConfigError } from '../config/config.ts';
import { UniverseChanged } from '../ipam/universe-changed.ts';
import { ListenError } from '../listen-error.ts';
import { DirectoryInUse, StateOfAnotherCluster, StoreFailed } from '../store/errors.ts';
import { ClusterKeyError } from '../transport/cluster-keys.ts';
import { StateUnusable, isOfMedium } from '../store/medium.ts';

const FOR_OPERATOR = [
  ConfigError,
  ClusterKeyError,
  DirectoryInUse,
  ListenError,
  RegistryDamaged,
  StateOfAnotherCluster,
  StateUnusable,
  StoreFailed,
  UniverseChanged,
  VotesDamaged,
  VotesMissing,
  VotesOfAnotherSeed,
] as const;

export function isForOperator(error: unknown): error is Error {
  return isOfMedium(error) || FOR_OPERATOR.some((type) => error instanceof type);
}
