// One store with its recordings, its controller and sweeps of a worker that speaks the protocol.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export class Place {
  constructor(build, folder) {
    this.bin = join(build, 'bin');
    this.folder = folder;
    this.store = join(folder, 'store');
    mkdirSync(folder, { recursive: true });
  }

  async generate() {
    this.data = join(this.folder, 'data');
    const words = ['generate', '--out', this.data, '--sessions', '3', '--animals', '2'];
    await run(join(this.bin, 'enigma-data'), [
      ...words,
      '--neurons',
      '24',
      '--minutes',
      '2',
      '--seed',
      '1',
    ]);
  }

  /** The fake worker, told how to behave. */
  worker(name, words) {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\nENIGMA_FAKE='${words}' exec ${this.bin}/fake_worker\n`);
    chmodSync(path, 0o755);
    return path;
  }

  async command(...words) {
    const all = [...words, '--store', this.store];
    const { stdout } = await run(join(this.bin, 'enigma-sweep'), all, { maxBuffer: 1 << 26 });
    return stdout;
  }

  async json(...words) {
    return JSON.parse(await this.command(...words, '--json'));
  }

  spec(name, widths, budgets, more = {}) {
    const document = {
      version: 1,
      name,
      data: { path: this.data },
      session_sets: { all: { first: 3, order: 'name' } },
      evaluation: { sessions: 'all', strategies: ['causal_response_25'] },
      defaults: { train: { lanes: 2, windows_per_lane: 2 } },
      axes: {
        'model.size': widths.map((width) => ({ width, layers: 1, heads: 2 })),
        'data.sessions': ['all'],
        'budget.flops': budgets,
      },
      ...more,
    };
    const path = join(this.folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(document));
    return path;
  }

  async submit(spec, worker) {
    return this.json('submit', spec, '--worker', worker);
  }

  /** The link that `serve` prints. */
  async serve(...words) {
    const all = ['serve', '--store', this.store, '--slots', '6', ...words];
    this.controller = spawn(join(this.bin, 'enigma-sweep'), all, {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.said = '';
    this.controller.stderr.on('data', (text) => (this.said += text));
    return new Promise((resolve, reject) => {
      let text = '';
      this.controller.stdout.on('data', (part) => {
        text += part;
        const link = /^page: (\S+)$/m.exec(text);
        if (link) resolve(link[1]);
      });
      this.controller.on('exit', (code) => reject(new Error(`serve ended: ${code} ${this.said}`)));
    });
  }

  async stop() {
    if (!this.controller || this.controller.exitCode !== null) return;
    const ended = new Promise((resolve) => this.controller.once('exit', resolve));
    this.controller.kill('SIGTERM');
    await ended;
  }

  address() {
    return JSON.parse(readFileSync(join(this.store, 'controller.json'), 'utf8'));
  }

  /** A document, asked for as programs do. */
  async get(path) {
    const { url, secret } = this.address();
    const answer = await fetch(`${url}/api/v1/${path}`, {
      headers: { Authorization: `Bearer ${secret}` },
    });
    return answer.json();
  }
}
