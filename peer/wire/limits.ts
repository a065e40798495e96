/**
 * Bounds of what is decoded: what an honest frame of each type may have. They are compared before
 * anything is built of a frame, so that no message costs more than what it may mean.
 */
import { IDS_PER_FRAME, RECORDS_FRAME_BYTES } from '../mesh/limits.ts';
import { SIGNATURE_BYTES } from './fields.ts';

/** Heartbeat, Hello, Auth and Bye: honest ones have some hundred bytes, newer ones may have more. */
export const SMALL_FRAME_BYTES_MAX = 4 * 1024;
/** A full frame, its last record, and the lengths between them: see RECORDS_FRAME_BYTES. */
export const RECORDS_BYTES_MAX = 2 * RECORDS_FRAME_BYTES;
/** Records in a frame of them: each has a signature. */
export const RECORDS_PER_FRAME_MAX = RECORDS_BYTES_MAX / SIGNATURE_BYTES;
/** Bytes of one id in a list: ours have 40 at most, newer ones may have more fields. */
export const ID_BYTES_MAX = 64;
/** Have and Want. */
export const IDS_BYTES_MAX = IDS_PER_FRAME * ID_BYTES_MAX;
/** Fields of a frame or of its message, besides the items of a list: ours have 10 at most, newer ones may have more. */
export const FIELDS_MAX = 32;
/** Members of a list that are told at once, as many as an arbiter's list may have (arbiter/request.ts). */
export const VIEW_ITEMS_MAX = 20_000;
/** Of a node's name, which is a DNS subdomain in Kubernetes (RFC 1123). */
export const VIEW_NAME_CHARACTERS_MAX = 253;
/** A list of 20,000 with names of 50 characters. Who has a longer one doesn't tell it: the arbiter is asked. */
export const VIEW_BYTES_MAX = 1_500_000;
