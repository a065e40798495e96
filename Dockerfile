# The image of a peer: Node, `nft`, the launcher and the project, and nothing else; no shell, no package
# manager. docs/INSTALL.md tells how to build it, manifests/ how it is run.

# Any Debian 12 whose apt works. Certificates of its own that a company's network needs belong into it.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
ENV DEBIAN_FRONTEND=noninteractive
# The order of the layers is the order of how seldom they change.
RUN apt-get update -qq \
  && apt-get install -qq -y --no-install-recommends \
    ca-certificates gcc libc6-dev libatomic1 libstdc++6 netbase nftables npm >/dev/null \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/weft
COPY package.json package-lock.json .npmrc ./
ARG npm_config_registry=https://registry.npmjs.org/
# Node itself is the one of these packages that is for this architecture; only its program is kept.
# npm has certificates of its own; the base's may know of more.
RUN NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm ci --omit=dev --no-update-notifier --cache=/tmp/npm \
  && cp node_modules/node-linux-*/bin/node /usr/local/bin/node \
  && rm -rf node_modules/node-linux-* node_modules/.bin node_modules/.package-lock.json /tmp/npm \
  && find node_modules -type f \( -name '*.md' -o -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \) -delete

# What Node, `nft` and the native packages are linked with, at the same paths. /usr/bin/env is for the
# first line of main.ts; netbase's tables are what `nft` takes names of protocols from.
RUN mkdir -p /runtime/etc /runtime/tmp /runtime/usr/bin /runtime/usr/sbin /runtime/usr/local/bin \
  && chmod 1777 /runtime/tmp \
  && cp /usr/bin/env /runtime/usr/bin/ \
  && cp /usr/sbin/nft /runtime/usr/sbin/ \
  && mv /usr/local/bin/node /runtime/usr/local/bin/ \
  && ln -s /runtime/usr/local/bin/node /usr/local/bin/node \
  && ln -s /opt/weft/peer/main.ts /runtime/usr/local/bin/weft \
  && cp /etc/protocols /etc/services /runtime/etc/ \
  && echo 'root:x:0:0:root:/var/lib/weft:/usr/sbin/nologin' >/runtime/etc/passwd \
  && echo 'root:x:0:' >/runtime/etc/group \
  && echo 'hosts: files dns' >/runtime/etc/nsswitch.conf \
  && find /runtime node_modules -type f \( -name '*.node' -o -perm -100 \) -exec ldd {} + 2>/dev/null \
    | grep -o '/[^ :]*\.so[^ :]*' | grep -v '^/opt/' | sort -u | xargs cp --parents -L -t /runtime \
  && chroot /runtime /usr/local/bin/node --version && chroot /runtime /usr/sbin/nft --version

COPY plugin/launcher plugin/launcher
RUN sh plugin/launcher/build.sh

COPY LICENSE ./
COPY plugin plugin
COPY peer peer
# Stripping types and compiling is done here once and not at every start. What is cached is known by
# path, content, Node's version, V8's flags (main.ts sets them, so it comes first) and the user id:
# all are the same when it runs.
RUN chmod 0755 peer/main.ts \
  && NODE_COMPILE_CACHE=/opt/weft/compile-cache node --input-type=module --eval " \
    import { globSync } from 'node:fs'; \
    await import('/opt/weft/peer/main.ts'); \
    for (const file of globSync('/opt/weft/{peer,plugin}/**/*.ts')) await import(file); \
  " >/dev/null

FROM scratch
LABEL org.opencontainers.image.title="Weft" \
  org.opencontainers.image.description="A VXLAN overlay network for Kubernetes with a gossiping peer mesh" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /runtime /
COPY --from=build /opt/weft /opt/weft
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin \
  NODE_COMPILE_CACHE=/opt/weft/compile-cache
# Root, because NET_ADMIN is given to user 0 only (Kubernetes knows no ambient capabilities), and because
# the host's directories for CNI belong to root. It needs no other capability.
USER 0:0
ENTRYPOINT ["weft"]
