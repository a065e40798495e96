/** Who makes the Secret with the cluster keys, with which keys, and what is logged of it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiClient, ApiRequest } from '#peer/kubernetes/api-client.ts';
import { ApiError } from '#peer/kubernetes/api-error.ts';
import { KEY_SECRET, readKeySecret } from '#peer/kubernetes/key-secret.ts';

const REMEMBERED = 'the key that this peer remembers\n';
const ANOTHER = 'the key of whoever was faster\n';

/** An API server with at most this one Secret and the Lease of the founder. */
class SecretServer implements ApiClient {
  isFounded = false;
  /** What the founder writes in the moment before we ask for it. */
  founders: string | undefined;
  /** The text under "keys". */
  keys: string | undefined;
  /** What another peer writes in the moment before our next creation. */
  faster: string | undefined;

  async request({ method, path, body }: ApiRequest): Promise<unknown> {
    if (path.endsWith('/leases/genesis')) {
      if (!this.isFounded) throw refusal(404, 'NotFound');
      this.keys ??= this.founders;
      return {};
    }
    if (method === 'POST') return this.#create(body);
    if (this.keys === undefined) throw refusal(404, 'NotFound');
    return { data: { keys: Buffer.from(this.keys).toString('base64') } };
  }

  #create(body: unknown): unknown {
    this.keys ??= this.faster;
    if (this.keys !== undefined) throw refusal(409, 'AlreadyExists');
    this.keys = (body as { stringData: { keys: string } }).stringData.keys;
    return {};
  }
}

function refusal(status: number, reason: string): ApiError {
  return new ApiError(`it says ${reason}`, { status, reason });
}

async function read(api: SecretServer, rememberedKeys: string | undefined) {
  const logged: string[] = [];
  const log = {
    info: (line: string) => logged.push(`info: ${line}`),
    warn: (line: string) => logged.push(`warn: ${line}`),
  };
  const keys = await readKeySecret({ api, namespace: 'weft', rememberedKeys, log });
  return { keys, logged };
}

describe('without a Secret', () => {
  it('a peer without keys takes those of a founder who made them just now', async () => {
    const api = new SecretServer();
    api.isFounded = true;
    api.founders = ANOTHER;
    assert.deepEqual(await read(api, undefined), { keys: ANOTHER, logged: [] });
  });

  it('a peer without keys makes none in a cluster that was founded: it would be one apart', async () => {
    const api = new SecretServer();
    api.isFounded = true;
    await assert.rejects(read(api, undefined), {
      name: 'StartObstacle',
      message: /restart a peer/,
    });
    assert.equal(api.keys, undefined);
    const { keys } = await read(api, REMEMBERED);
    assert.equal(keys, REMEMBERED);
  });

  it('a peer that remembers keys makes it again with those, and warns', async () => {
    const api = new SecretServer();
    const { keys, logged } = await read(api, REMEMBERED);
    assert.deepEqual([keys, api.keys], [REMEMBERED, REMEMBERED]);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', new RegExp(`^warn: .*weft/${KEY_SECRET} was gone`));
    assert.ok(!logged.join().includes(REMEMBERED.trim()));
  });

  it('a peer that remembers none makes a new key of its own, and says so', async () => {
    const [one, other] = [new SecretServer(), new SecretServer()];
    const { keys, logged } = await read(one, undefined);
    await read(other, undefined);
    assert.equal(keys, one.keys);
    assert.notEqual(one.keys, other.keys);
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? '', new RegExp(`^info: made the Secret weft/${KEY_SECRET}`));
    assert.ok(!logged.join().includes(keys.trim()));
  });

  for (const rememberedKeys of [undefined, REMEMBERED]) {
    const who = rememberedKeys === undefined ? 'no keys' : 'other keys';
    it(`a peer with ${who} takes those of whoever was faster, and says nothing`, async () => {
      const api = new SecretServer();
      api.faster = ANOTHER;
      assert.deepEqual(await read(api, rememberedKeys), { keys: ANOTHER, logged: [] });
    });
  }
});

it('a Secret that is there is taken as it is, whatever is remembered', async () => {
  const api = new SecretServer();
  api.keys = ANOTHER;
  assert.deepEqual(await read(api, REMEMBERED), { keys: ANOTHER, logged: [] });
});
