/** Why the core ends its own identity, and why it gives nothing out yet: sentences for people. */

export const REMOVED = 'this peer was removed from the cluster, or another took its name';

export const COPIED =
  'this disk is an older copy of what this peer has published, or another machine runs with a copy of it';

export const JUST_STARTED =
  'this peer has just started, and looks whether its disk is the newest: try again';
