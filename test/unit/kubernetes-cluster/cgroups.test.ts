/** Which cgroup hierarchies a machine has, by what its kernel says of its mounts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHierarchies } from '../../kubernetes/cluster/cgroups.ts';

describe('the cgroup hierarchies of a machine', () => {
  it('are each of version 1, with what mounts it once more, and not version 2 beside them', () => {
    const mountInfo = `
22 1 0:20 / /sys rw - sysfs sysfs rw
31 22 0:28 / /sys/fs/cgroup rw,relatime shared:4 - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/lib/x,name=systemd
`;
    assert.deepEqual(parseHierarchies(mountInfo), [
      { directory: '/sys/fs/cgroup/cpu,cpuacct', type: 'cgroup', mountOptions: 'cpu,cpuacct' },
      { directory: '/sys/fs/cgroup/systemd', type: 'cgroup', mountOptions: 'name=systemd' },
    ]);
  });

  it('are one where version 2 is alone', () => {
    const mountInfo = '26 22 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw';
    assert.deepEqual(parseHierarchies(mountInfo), [
      { directory: '/sys/fs/cgroup', type: 'cgroup2', mountOptions: '' },
    ]);
  });

  it('leave out parts of a hierarchy and mounts that are elsewhere, and count each once', () => {
    const mountInfo = `
32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
33 31 0:29 /kubepods /sys/fs/cgroup/part rw - cgroup cgroup rw,pids
34 31 0:29 / /sys/fs/cgroup/again rw - cgroup cgroup rw,cpu
35 31 0:30 / /var/lib/x/cgroup rw - cgroup cgroup rw,memory
`;
    assert.deepEqual(
      parseHierarchies(mountInfo).map(({ directory }) => directory),
      ['/sys/fs/cgroup/cpu'],
    );
  });
});
