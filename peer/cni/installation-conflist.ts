/**
 * The network configuration list that makes a runtime use us: its text, and what a file in its
 * place is to us. Ours carries a mark: a digest of what we wrote, by which a person's change is seen,
 * and the number of its form, by which an older one is told from a newer one.
 *
 * The launcher takes nothing from it: where peer and queue are is in the runtime's environment
 * (WEFT_CNI_SOCKET, WEFT_CNI_QUEUE), or the defaults.
 */
import { createHash } from 'node:crypto';

/** Runtimes take the first file by name. 10 is what others take, and leaves room on both sides. */
export const CONFLIST_NAME = '10-weft.conflist';

/** What runtimes read (libcni, ConfFiles); everything else in the directory is nothing to them. */
const READ_BY_RUNTIMES = /\.(?:conf|conflist|json)$/;

/** Grows by one with every change of the content below, so that a later peer replaces it. */
const FORM = 1;

/** A key that runtimes don't know, and pass over. */
const MARK = 'weft/installed';

/** Enough against chance; nobody gains anything by a forged one. */
const DIGEST_LENGTH = 32;

/** Longer than any that a person writes: what is longer is not looked into. */
export const CONFLIST_BYTES_MAX = 64 * 1024;

/** 1.0.0, as containerd before 1.7 and others with a libcni of that time read no 1.1.0. */
const CONTENT = { cniVersion: '1.0.0', name: 'weft', plugins: [{ type: 'weft' }] } as const;

/** The text of the file, with its mark. */
export function renderConflist(form = FORM): string {
  const mark = { [MARK]: { form, digest: digestOf(CONTENT) } };
  return `${JSON.stringify({ ...CONTENT, ...mark }, undefined, 2)}\n`;
}

/**
 * What is at our place: `current` is what we would write, `older` what an earlier peer wrote;
 * `newer` was written by a later one and `foreign` by somebody else. These two stay.
 */
export type ConflistKind = 'absent' | 'current' | 'older' | 'newer' | 'foreign';

/** By the text of the file. */
export function classifyConflist(text: string): Exclude<ConflistKind, 'absent'> {
  const { [MARK]: mark, ...content } = parseObject(text);
  const { form, digest } = isObject(mark) ? mark : {};
  if (typeof form !== 'number' || digest !== digestOf(content)) return 'foreign';
  if (form > FORM) return 'newer';
  return text === renderConflist() ? 'current' : 'older';
}

/** Of the names in the directory, those whose network a runtime takes before ours. */
export function conflistsBeforeOurs(names: readonly string[]): readonly string[] {
  return names.filter((name) => READ_BY_RUNTIMES.test(name) && name < CONFLIST_NAME).sort();
}

function digestOf(content: object): string {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return hash.slice(0, DIGEST_LENGTH);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : {};
  } catch {
    // No JSON at all: a person's, half written, and not for us to judge.
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
