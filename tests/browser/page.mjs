// The page in a real browser before a real controller: a sweep that is done, one with failures, one
// that goes on. Prints a line PASS / FAIL for each test; pictures of all views are kept.
//   node page.mjs BUILD_DIR CHROMIUM [FOLDER of pictures]
import AxeBuilder from '@axe-core/playwright';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  check,
  closePage,
  complaints,
  hash,
  openBrowser,
  rowsOf,
  runAll,
  same,
  saved,
  test,
  text,
  until,
  visit,
} from './harness.mjs';
import './choices.mjs';
import { Place } from './place.mjs';
import { behindPrefix } from './prefix.mjs';

const [build, executable, pictures = 'screenshots'] = process.argv.slice(2);
const script = '<img src=x onerror=window.hacked=1><script>window.hacked=1</script>';
const views = ['scaling', 'runs', 'sweep', 'nodes'];

const ready = (page) => page.waitForSelector('.live.live');

async function prepare(place) {
  await place.generate();
  const link = await place.serve();
  const quick = place.worker('quick', 'seconds=0.2');
  const budgets = [2e10, 6e10, 2e11, 6e11];
  await place.submit(place.spec('done', [8, 16, 32, 64], budgets), quick);
  const dies = place.worker('dies', `seconds=0.3,die_at=0.4,exit=70,says=${script}`);
  await place.submit(place.spec('troubled', [8, 16], [2e10], { seeds: [1] }), dies);
  const slow = place.worker('slow', 'seconds=90');
  await until(
    async () => (await place.get('status?limit=0&sweep=done')).counts.done === 16,
    'the sweep',
    60_000,
  );
  await until(
    async () => (await place.get('status?limit=0&sweep=troubled')).counts.failed === 2,
    'failures',
    60_000,
  );
  await place.submit(place.spec('live', [8, 16], [2e10, 6e10], { seeds: [5] }), slow);
  await until(
    async () => (await place.get('status?sweep=live')).runs.every((run) => run.step > 0),
    'runs at work',
  );
  return link;
}

test('a stranger is told how to get in, and nothing else', async ({ url }) => {
  const first = await fetch(`${url}/`);
  same(first.status, 401, 'status of /');
  const said = await first.text();
  check(said.includes('enigma-sweep serve --link'), 'says how to get in');
  check(first.headers.get('content-type').startsWith('text/html'), 'is for people');
  for (const path of ['api/v1/status', 'api/v1/events', 'assets/x.js', 'metrics', '?token=wrong']) {
    same((await fetch(`${url}/${path}`)).status, 401, `status of ${path}`);
  }
  same((await fetch(`${url}/healthz`)).status, 200, 'status of /healthz');
});

test('the link gives a cookie and leads to an address without its token', async ({
  link,
  url,
  place,
}) => {
  const answer = await fetch(link, { redirect: 'manual' });
  same(answer.status, 303, 'status');
  same(answer.headers.get('location'), './', 'the way on');
  const cookie = answer.headers.get('set-cookie');
  check(/HttpOnly/.test(cookie) && /SameSite=Strict/.test(cookie), `cookie: ${cookie}`);
  check(!cookie.includes(place.address().secret), 'the cookie is not the token');
  check(!place.said.includes(place.address().secret), 'the log has no token');
  same((await place.command('serve', '--link')).trim(), link, 'serve --link');
  const headers = { Cookie: cookie.split(';')[0] };
  const page = await fetch(`${url}/`, { headers });
  same(page.status, 200, 'status with the cookie');
  const policy = page.headers.get('content-security-policy');
  check(policy.includes("default-src 'none'") && !policy.includes('unsafe'), policy);
  same(page.headers.get('x-content-type-options'), 'nosniff', 'nosniff');
  same(page.headers.get('referrer-policy'), 'no-referrer', 'referrer');
  const again = await fetch(`${url}/`, {
    headers: { ...headers, 'If-None-Match': page.headers.get('etag') },
  });
  same(again.status, 304, 'status of what is known');
});

test('a cookie changes nothing for other sites', async ({ link, url }) => {
  const cookie = (await fetch(link, { redirect: 'manual' })).headers
    .get('set-cookie')
    .split(';')[0];
  const post = (headers) =>
    fetch(`${url}/api/v1/cancel`, {
      method: 'POST',
      body: '{"name": "nobody"}',
      headers: { Cookie: cookie, ...headers },
    });
  same((await post({})).status, 403, 'without an origin');
  same((await post({ Origin: 'http://evil.example' })).status, 403, 'another origin');
  same((await post({ 'Sec-Fetch-Site': 'cross-site', Origin: url })).status, 403, 'cross-site');
  same((await post({ 'Sec-Fetch-Site': 'same-origin' })).status, 404, 'its own page');
});

test('what the browser loads is small', async ({ browser, link }) => {
  const page = await visit(browser, null);
  let bytes = 0;
  page.on('response', async (answer) => {
    if (new URL(answer.url()).pathname.startsWith('/api')) return;
    bytes += Number(answer.headers()['content-length'] ?? 0);
  });
  await page.goto(link);
  await ready(page);
  await closePage(page);
  check(bytes > 10_000 && bytes < 400_000, `${bytes} bytes`);
  return `${Math.round(bytes / 1000)} kB compressed`;
});

test('the first screen says the sentence of the law over its figure', async ({
  browser,
  link,
  place,
}) => {
  const page = await visit(browser, `${link}#/scaling?sweep=done`);
  await page.waitForSelector('.law h1');
  check(!page.url().includes('token'), page.url());
  const fit = await place.json('fit', 'done');
  const words = (said) => said.replace(/[^A-Za-z0-9]+/g, '').slice(0, 40);
  same(words(await text(page, '.law')), words(fit.verdict.sentence), 'sentence');
  await until(
    async () => (await page.locator('.plot [data-mark="dot"] path').count()) >= 16,
    '16 marks',
  );
  check((await text(page, '.spending .big')).includes('16 of 16'), 'progress');
  check((await text(page, '.attention')).includes('Nothing does'), 'nothing needs a person');
  await page
    .getByText(/^Numbers/)
    .first()
    .click();
  await until(
    async () => (await page.locator('.behind table tbody tr').count()) >= 16,
    'the numbers behind it',
  );
  await closePage(page);
});

test('a law of chosen runs, of another form, and its other figures', async ({
  browser,
  link,
  place,
}) => {
  const where = 'size != "8x1x2"';
  const page = await visit(browser, `${link}#/scaling?sweep=done`, { expected: /status of 400/ });
  await page.waitForSelector('.plot [data-mark="dot"] path');
  await page.getByLabel('of runs where').fill(where);
  await page.keyboard.press('Enter');
  const fit = await place.json('fit', 'done', '--where', where);
  same(fit.n_used, 12, 'runs of the fit');
  await page.getByText('Parameters and how sure').click();
  const caption = () => page.locator('.main table caption').last().textContent();
  await until(async () => (await caption()).includes('12 runs'), 'a fit of 12 runs');
  check((await text(page, '.figure-legend')).includes('left out'), 'the others are grey');
  check(new URLSearchParams(hash(page).split('?')[1]).get('where') === where, hash(page));
  await page.getByLabel('of runs where').fill('no_such_column > 3');
  await page.keyboard.press('Enter');
  await until(
    async () => (await text(page, '.law')).includes('could not be fitted'),
    'a mistake told',
  );
  await page.getByLabel('of runs where').fill('');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'figure' }).selectOption('residuals');
  await page.waitForSelector('.cards .plot [data-mark="dot"]');
  check((await page.locator('.cards .plot').count()) >= 2, 'residuals against several axes');
  await page.getByRole('combobox', { name: 'figure' }).selectOption('isoflop');
  await until(async () => (await text(page, '.main')).includes('isoFLOP'), 'valleys');
  await closePage(page);
});

test('a mark of the figure leads to its run, and the browser leads back', async ({
  browser,
  link,
}) => {
  const page = await visit(browser, `${link}#/scaling?sweep=done`);
  await page.waitForSelector('.plot [data-mark="dot"] path');
  const mark = page.locator('.plot [data-mark="dot"] path').nth(5);
  const tip = page.locator('.plot [aria-label="tip"]');
  // The figure is drawn anew when the law has come: a hand would move, too.
  await until(async () => {
    await page.mouse.move(0, 0);
    await mark.hover();
    const told = await tip.allTextContents();
    return told.join().includes('test loss');
  }, 'its numbers on hover');
  await mark.click();
  await page.waitForSelector('.run h1');
  check(hash(page).startsWith('#/run/'), hash(page));
  await page.goBack();
  await page.waitForSelector('.scaling');
  await closePage(page);
});

test('what is shown is exported: SVG and CSV', async ({ browser, link }) => {
  const page = await visit(browser, `${link}#/scaling?sweep=done`);
  await page.waitForSelector('.plot [data-mark="dot"] path');
  const svg = await saved(page, page.getByRole('button', { name: 'SVG' }).first());
  check(svg.name.endsWith('.svg') && svg.text.startsWith('<svg'), svg.name);
  check(!svg.text.includes('var(--'), 'it stands without the style sheet');
  const csv = await saved(page, page.getByRole('button', { name: 'CSV' }).first());
  const runs = csv.text.split('\n').filter((line) => line.startsWith('run,'));
  same(runs.length, 16, 'runs in the CSV');
  await page.goto(`${page.url().split('#')[0]}#/runs?sweep=done&q=8x1x2`);
  await page.waitForSelector('.table tbody tr');
  const table = await saved(page, page.getByRole('button', { name: 'CSV' }).first());
  same(table.text.trim().split('\n').length, 5, 'lines of the filtered table');
  await closePage(page);
});

const columnOf = (page, index) =>
  page.locator(`.table tbody tr:not(.gap) td:nth-child(${index})`).allInnerTexts();

test('runs are filtered and sorted, and the address keeps it', async ({ browser, link }) => {
  const page = await visit(browser, `${link}#/runs?sweep=done`);
  await page.waitForSelector('.table tbody tr');
  same(await rowsOf(page).count(), 16, 'rows');
  await page.getByRole('searchbox', { name: 'filter' }).fill('16x1x2');
  await until(async () => (await rowsOf(page).count()) === 4, 'filtered rows');
  await page.getByRole('button', { name: /^test loss/ }).click();
  const losses = async () => (await columnOf(page, 9)).map(Number);
  const up = await losses();
  same(
    up,
    [...up].sort((a, b) => a - b),
    'sorted upwards',
  );
  await page.getByRole('button', { name: /^test loss/ }).click();
  same(await losses(), [...up].reverse(), 'sorted downwards');
  same(await page.locator('th[aria-sort="descending"]').count(), 1, 'said to readers');
  await page.reload();
  await page.waitForSelector('.table tbody tr');
  same(await losses(), [...up].reverse(), 'the same after a reload');
  await page.getByRole('searchbox', { name: 'filter' }).fill('nothing-like-this');
  check((await text(page, '.empty')).includes('No run fits'), 'says that nothing fits');
  await closePage(page);
});

test('everything is done by keys', async ({ browser, link }) => {
  const page = await visit(browser, `${link}#/runs?sweep=done`);
  await page.waitForSelector('.table tbody tr');
  await page.keyboard.press('/');
  await page.keyboard.type('8x1x2');
  await page.keyboard.press('Escape');
  await until(async () => (await rowsOf(page).count()) === 4, 'filtered rows');
  for (const key of ['j', 'j', 'x', 'k', 'x']) await page.keyboard.press(key);
  await until(async () => (await page.locator('tr.selected').count()) === 2, 'two selected');
  await page.waitForSelector('.card canvas');
  check(
    (await text(page, 'section[aria-label="curves"]')).includes('the selected runs'),
    'their curves',
  );
  const selected = hash(page);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.run h1');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.table');
  same(hash(page), selected, 'back with the selection');
  await page.keyboard.press('?');
  check((await text(page, 'dialog')).includes('next and previous row'), 'the list of keys');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.keyboard.press('Escape');
  await until(async () => (await page.locator('tr.selected').count()) === 0, 'nothing selected');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.waitForSelector('.scaling');
  await closePage(page);
});

test('curves: cards, smoothing, logarithmic axes, another axis', async ({
  browser,
  link,
  place,
}) => {
  const runs = (await place.get('status?sweep=done')).runs.slice(0, 3);
  const select = runs.map((run) => run.id).join(',');
  const page = await visit(browser, `${link}#/runs?sweep=done&select=${select}`);
  await page.waitForSelector('.card canvas');
  check((await page.locator('.card').count()) >= 3, 'cards');
  const drawn = () =>
    page
      .locator('.card canvas')
      .first()
      .evaluate((canvas) => canvas.toDataURL())
      .catch(() => ''); // drawn anew at this moment
  const before = await drawn();
  await page.getByLabel('smoothing').fill('0.9');
  await page.getByLabel('log x').check();
  await page.getByLabel('log y').check();
  await until(async () => ![before, ''].includes(await drawn()), 'another drawing');
  check(/smooth=0.9/.test(hash(page)) && /logx=1/.test(hash(page)), hash(page));
  await page
    .locator('section[aria-label="curves"]')
    .getByRole('combobox', { name: 'x', exact: true })
    .selectOption('flops');
  const csv = await saved(page, page.locator('.card').first().getByRole('button', { name: 'CSV' }));
  check(csv.text.startsWith('line,FLOPs,train_loss\n'), csv.text.slice(0, 40));
  check(csv.text.split('\n').length > 100, 'three curves');
  await closePage(page);
});

test('a failed run tells its class, its evidence and its log; strange words stay words', async ({
  browser,
  link,
  place,
}) => {
  const run = (await place.get('status?sweep=troubled')).runs[0];
  const page = await visit(browser, `${link}#/run/${run.id}`);
  await page.waitForSelector('.gantt svg rect');
  check((await text(page, 'h1')).includes('failed'), 'its state');
  check((await text(page, '.evidence')).includes('code'), 'class of the failure');
  await until(async () => (await text(page, 'pre.log')).includes('onerror'), 'the log');
  check((await text(page, 'pre.log')).includes('<img src=x'), 'as text');
  same(await page.evaluate(() => window.hacked), undefined, 'nothing of it was run');
  await page.getByLabel('search the log').fill('no such words');
  check((await text(page, 'pre.log')).includes('No line has this'), 'search');
  check((await page.locator('.events li').count()) >= 3, 'events');
  await page.goto(`${page.url().split('#')[0]}#/scaling?sweep=troubled`);
  await until(
    async () => (await text(page, '.attention')).includes('2 failed for good'),
    'needs a person',
  );
  check((await text(page, '.law')).includes('No law yet'), 'no law, and why');
  await closePage(page);
});

test('names are text wherever they stand', async ({ browser, link, place }) => {
  const page = await visit(browser, null);
  const status = await place.get('status?limit=100');
  const named = JSON.parse(
    JSON.stringify(status)
      .replaceAll('"done"]', `${JSON.stringify(script)}]`)
      .replaceAll('16x1x2', '<b>16</b>'),
  );
  named.sweeps[0].name = script;
  named.runs[0].why = script;
  await page.route('**/api/v1/status?*', (route) => route.fulfill({ json: named }));
  await page.goto(`${link}#/runs?sweep=${encodeURIComponent(script)}`);
  await page.waitForSelector('.table tbody tr');
  check((await text(page, '.table')).includes('<b>16</b>'), 'the size as text');
  check((await text(page, 'header select')).includes('<script>'), 'the sweep as text');
  same(await page.locator('.table b, .table img, header img').count(), 0, 'no element of it');
  same(await page.evaluate(() => window.hacked), undefined, 'nothing of it was run');
  await closePage(page);
});

test('a sweep shows its plan against its progress, and what it has cost', async ({
  browser,
  link,
}) => {
  const page = await visit(browser, `${link}#/sweep/done`);
  await page.waitForSelector('.grid');
  same(await page.locator('.grid tbody tr').count(), 4, 'sizes');
  same(await page.locator('.grid td a').count(), 16, 'runs');
  await page.waitForSelector('.figure .plot');
  await page.getByText('The spec as submitted').click();
  check((await text(page, 'pre.log')).includes('"session_sets"'), 'the spec');
  await closePage(page);
});

test('what runs moves by itself, without a reload', async ({ browser, link, place }) => {
  const runs = (await place.get('status?sweep=live')).runs;
  const page = await visit(browser, `${link}#/runs?sweep=live`);
  await page.waitForSelector('.table tbody tr');
  await page.evaluate(() => (window.stays = true));
  const progress = async () => (await columnOf(page, 8)).join();
  const before = await progress();
  await until(async () => (await progress()) !== before, 'another step', 15_000);
  const answers = [];
  page.on('response', (answer) => answers.push(new URL(answer.url())));
  await page.goto(`${page.url().split('#')[0]}#/run/${runs[0].id}`);
  await page.waitForSelector('.card canvas');
  const points = async () => Number(/of (\d+)/.exec(await text(page, '.facts'))?.[1]);
  await points();
  await until(
    () => answers.some((url) => /metrics/.test(url.pathname) && url.searchParams.has('from')),
    'only what is new',
  );
  await page.getByRole('button', { name: 'Cancel …' }).click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await until(async () => (await text(page, '.run h1')).includes('cancelled'), 'its end');
  same((await place.get(`runs/${runs[0].id}`)).state, 'cancelled', 'in the store, too');
  same(await page.evaluate(() => window.stays), true, 'no reload');
  await closePage(page);
});

test('a law follows its sweep when runs end', async ({ browser, link, place }) => {
  await place.submit(
    place.spec('growing', [8, 16], [2e10], { seeds: [7] }),
    place.worker('brief', 'seconds=0.3'),
  );
  const page = await visit(browser, `${link}#/scaling?sweep=growing`);
  await page.waitForSelector('.law h1');
  await until(async () => (await text(page, '.spending .big')).includes('2 of 2'), 'two of two');
  const budgets = [2e10, 6e10, 2e11];
  const more = place.spec('growing', [8, 16, 32], budgets, { seeds: [7] });
  await place.submit(more, place.worker('brief', 'seconds=0.3'));
  await until(
    async () => (await text(page, '.spending .big')).includes('9 of 9'),
    'nine of nine',
    30_000,
  );
  await until(
    async () => (await page.locator('.plot [data-mark="dot"] path').count()) >= 9,
    'nine marks',
  );
  await until(async () => !(await text(page, '.law')).includes('No law yet'), 'a sentence', 20_000);
  await closePage(page);
});

test('it works below a prefix', async ({ browser, place }) => {
  const { url, secret } = place.address();
  const proxy = await behindPrefix(url, '/lab/sweeps');
  const page = await visit(browser, `${proxy.url}/?token=${secret}`);
  await ready(page);
  check(page.url().startsWith(`${proxy.url}/`) && !page.url().includes('token'), page.url());
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.waitForSelector('.table tbody tr');
  await closePage(page);
  proxy.close();
});

async function serious(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
    .setLegacyMode(true) // no second page for one without frames
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes[0].target.join(' ')}`);
}

for (const scheme of ['light', 'dark']) {
  for (const [width, height] of [
    [1280, 860],
    [390, 844],
  ]) {
    test(`every view is whole, ${scheme}, ${width} px`, async ({ browser, link, place }) => {
      const { runs } = await place.get('status?sweep=live');
      const page = await visit(browser, link, { width, height, scheme });
      await ready(page);
      const base = page.url().split('#')[0];
      const faults = [];
      const pair = `compare/${runs[0].id},${runs[1].id}`;
      for (const view of [...views, `run/${runs[1].id}`, pair]) {
        const name = view.split('/')[0];
        await page.goto(`${base}#/${view === 'sweep' ? 'sweep/done' : view}?sweep=done`);
        await page.waitForSelector(
          {
            scaling: '.plot',
            runs: '.card canvas',
            run: '.card canvas',
            compare: '.card canvas',
            sweep: '.plot',
            nodes: 'h1',
          }[name],
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        check(wide <= 0, `${view} is ${wide} px wider than the screen`);
        await page.screenshot({
          path: join(pictures, `${name}-${scheme}-${width}.png`),
          fullPage: true,
        });
        // Dark and narrow has the elements of the one and the colors of the other.
        if (scheme === 'dark' && width < 1280) continue;
        faults.push(...(await serious(page)).map((fault) => `${name}: ${fault}`));
      }
      same(faults, [], 'serious faults');
      await closePage(page);
    });
  }
}

test('a store without sweeps says what to type', async ({ browser, folder }) => {
  const place = new Place(resolve(build), join(folder, 'empty'));
  const page = await visit(browser, await place.serve());
  check((await text(page, '.empty')).includes('enigma-sweep submit'), 'what to type');
  await closePage(page);
  await place.stop();
});

test('a controller that goes and one that comes are told', async ({ browser, link, place }) => {
  const page = await visit(browser, `${link}#/runs?sweep=done`, {
    expected: /ERR_|401|Failed to load/,
  });
  await page.waitForSelector('.table tbody tr');
  const { url } = place.address();
  await place.stop();
  await page.waitForSelector('.live.away');
  check((await rowsOf(page).count()) > 0, 'what was known is still shown');
  await place.serve('--port', new URL(url).port);
  await page.waitForSelector('.live.denied', { timeout: 20_000 });
  check((await text(page, '.trouble')).includes('serve --link'), 'how to get in again');
  await closePage(page);
});

test('the browser had nothing to complain of', () => {
  same(complaints, [], 'console');
});

mkdirSync(pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'enigma-page-'));
const place = new Place(resolve(build), join(folder, 'place'));
let failures = 1;
let browser;
try {
  browser = await openBrowser(executable);
  const link = await prepare(place);
  failures = await runAll({ browser, link, place, folder, pictures, url: place.address().url });
  await place.command('cancel', 'live').catch(() => undefined);
} catch (broken) {
  console.log(`FAIL page: ${broken.stack}`);
} finally {
  await browser?.close();
  await place.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);
