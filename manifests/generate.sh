#!/bin/sh
# Writes weft.yaml from parts/: what `kubectl kustomize` makes of them, in the format of this repository. With
# --check it only compares, and fails if they differ. Takes kubectl from $KUBECTL, from the PATH, or the one
# that the test cluster has built.
set -eu
cd "$(dirname "$0")"

find_kubectl() {
  command -v "${KUBECTL:-kubectl}" || ls -t "${XDG_CACHE_HOME:-$HOME/.cache}"/weft/kubernetes/*/bin/kubectl 2>/dev/null | head -n 1
}

kubectl=$(find_kubectl)
if [ -z "$kubectl" ]; then
  echo "generate.sh: no kubectl: install it, name it by KUBECTL, or let \`npm run kubernetes -- up\` build it" >&2
  exit 1
fi
made=$(mktemp)
trap 'rm -f "$made" "$made.unformatted"' EXIT
{
  echo '# Made from manifests/parts, where each line has its reason, by: npm run manifests'
  "$kubectl" kustomize parts
} >"$made.unformatted"
../node_modules/.bin/oxfmt --stdin-filepath=weft.yaml <"$made.unformatted" >"$made"
if [ "${1:-}" = --check ]; then
  diff -u weft.yaml "$made" || { echo 'generate.sh: weft.yaml is not what parts/ make: npm run manifests' >&2; exit 1; }
else
  cat "$made" >weft.yaml
fi
