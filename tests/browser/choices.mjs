// What one chooses on the page: runs left out of the law with the mouse, two runs compared, rows
// pinned, hidden and grouped; and pictures of it.
import { check, closePage, hash, rowsOf, same, saved, test, text, until, visit } from './harness.mjs';

const mark = '.plot [data-mark="dot"] path';

/** Light and wide, dark and narrow: pictures to look at, and nothing wider than the screen. */
async function picturesOf(page, pictures, name) {
  for (const [scheme, width, height] of [
    ['dark', 390, 844],
    ['light', 1280, 860],
  ]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300); // curves are drawn anew
    const path = `${pictures}/${name}-${scheme}-${width}.png`;
    await page.screenshot({ path, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wide <= 0, `${name} is ${wide} px wider than the screen`);
  }
}

async function figureOf(browser, link) {
  const page = await visit(browser, `${link}#/scaling?sweep=done`);
  await until(async () => (await page.locator(mark).count()) >= 16, '16 marks');
  await page.waitForSelector('.law h1:not(.quiet)');
  return page;
}

/** Draws a rectangle around the marks at these places of the figure, from left to right. */
async function brushAround(page, count) {
  const boxes = await page.locator(mark).evaluateAll((marks) =>
    marks.map((one) => one.getBoundingClientRect().toJSON()),
  );
  boxes.sort((a, b) => a.left - b.left);
  const some = boxes.slice(0, count);
  const [left, right] = [Math.min(...some.map((b) => b.left)), Math.max(...some.map((b) => b.right))];
  const [top, bottom] = [Math.min(...some.map((b) => b.top)), Math.max(...some.map((b) => b.bottom))];
  await page.mouse.move(left - 6, top - 6);
  await page.mouse.down();
  await page.mouse.move((left + right) / 2, (top + bottom) / 2);
  await page.mouse.move(right + 2, bottom + 6);
  check((await page.locator('.brush').count()) === 1, 'a rectangle is drawn');
  await page.mouse.up();
}

test('runs are left out with the mouse, and the law is fitted anew', async ({
  browser,
  link,
  place,
  pictures,
}) => {
  const page = await figureOf(browser, link);
  await brushAround(page, 4); // the smallest budget
  await until(async () => (await page.locator('.left-out').count()) === 1, 'it is said');
  const out = new URLSearchParams(hash(page).split('?')[1]).get('out');
  check(/^flops:[^;]+$/.test(out), `the address keeps it: ${out}`);
  check(hash(page).startsWith('#/scaling'), 'no run was opened');
  const left = Number(/(\d+) left out/.exec(await text(page, '.left-out'))[1]);
  check(left >= 4 && left < 16, `${left} left out`);
  const [, low, high] = out.split(':').map(Number);
  const fit = await place.json('fit', 'done', '--where', `!(flops >= ${low} && flops <= ${high})`);
  await page.getByText('Parameters and how sure').click();
  const caption = () => page.locator('.main table caption').last().textContent();
  await until(async () => (await caption()).includes(`${16 - left} runs`), 'the law of the others');
  same(fit.n_used, 16 - left, 'as the command line leaves them out');
  await page.screenshot({ path: `${pictures}/left-out-light-1280.png`, fullPage: true });
  await page.reload();
  await page.waitForSelector('.left-out');
  await page.getByRole('button', { name: 'take them back' }).click();
  await until(async () => (await page.locator('.left-out').count()) === 0, 'none is left out');
  await closePage(page);
});

test('a click on a run still opens it, and figures are saved as pictures', async ({
  browser,
  link,
}) => {
  const page = await figureOf(browser, link);
  const png = await saved(page, page.getByRole('button', { name: 'PNG' }).first());
  check(png.name.endsWith('.png'), png.name);
  same(png.bytes.subarray(1, 4).toString('latin1'), 'PNG', 'what it is');
  check(png.bytes.readUInt32BE(16) > 1000, `${png.bytes.readUInt32BE(16)} pixels wide`);
  check(png.bytes.length > 10_000, 'there is something on it');
  await page.goto(`${page.url().split('#')[0]}#/runs?sweep=done`);
  await page.waitForSelector('.card canvas');
  const card = page.locator('.card').first();
  const curve = await saved(page, card.getByRole('button', { name: 'PNG' }));
  same(curve.bytes.subarray(1, 4).toString('latin1'), 'PNG', 'a card, too');
  await closePage(page);
});

test('two runs are compared: what differs, and their curves over each other', async ({
  browser,
  link,
  place,
  pictures,
}) => {
  const { runs } = await place.get('status?sweep=done&limit=2');
  const page = await visit(browser, `${link}#/runs?sweep=done`);
  await page.waitForSelector('.table tbody tr');
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await until(async () => (await page.locator('tr.selected').count()) === 2, 'two selected');
  await page.keyboard.press('c');
  await page.waitForSelector('.compare .differences');
  check(hash(page).startsWith('#/compare/'), hash(page));
  const { differs } = await place.json('diff', runs[0].id, runs[1].id);
  same(await page.locator('.differences tbody tr').count(), differs.length, 'differences');
  const words = await text(page, '.differences');
  check(words.includes(differs[0].pointer.slice(1).replaceAll('/', '.')), words);
  await page.waitForSelector('.card canvas');
  const csv = await saved(page, page.locator('.card').first().getByRole('button', { name: 'CSV' }));
  await picturesOf(page, pictures, 'compare');
  for (const run of runs) check(csv.text.includes(`\n${run.id.slice(0, 8)},`), 'both curves');
  await page.goBack();
  await page.waitForSelector('.table');
  same(await page.locator('tr.selected').count(), 2, 'the selection holds');
  await page.goto(`${page.url().split('#')[0]}#/compare/${runs[0].id},${runs[0].id}`);
  await until(async () => (await text(page, '.compare')).includes('the same point'), 'the same');
  await closePage(page);
});

test('rows are pinned, hidden and grouped by two keys, and the address keeps it', async ({
  browser,
  link,
  pictures,
}) => {
  const page = await visit(browser, `${link}#/runs?sweep=done`);
  await page.waitForSelector('.table tbody tr');
  const first = () => page.locator('.table tbody tr:not(.group) a.id').first().getAttribute('title');
  for (const key of ['j', 'j', 'j']) await page.keyboard.press(key);
  const third = await page.locator('tr.cursor a.id').getAttribute('title');
  await page.keyboard.press('p');
  await until(async () => (await first()) === third, 'the pinned row is the first');
  check((await text(page, '.pinned')).includes('pinned'), 'said in words');
  await page.keyboard.press('h');
  await until(async () => (await rowsOf(page).count()) === 15, 'a row is hidden');
  await page.getByLabel('group by').selectOption('size');
  await page.getByLabel('then by').selectOption('state');
  await until(async () => (await page.locator('tr.group').count()) === 4, 'groups');
  const heads = await page.locator('tr.group button').allInnerTexts();
  check(heads[0].includes('8x1x2 · done') && heads[3].includes('64x1x2'), heads.join());
  check((await text(page, 'tr.group')).includes('least test loss'), 'what is in it');
  await picturesOf(page, pictures, 'groups');
  const before = await rowsOf(page).count();
  await page.locator('tr.group button').first().click();
  await until(async () => (await rowsOf(page).count()) < before, 'a group is closed');
  const closed = await rowsOf(page).count();
  await page.reload();
  await page.waitForSelector('tr.group');
  same(await rowsOf(page).count(), closed, 'the same after a reload');
  same(await first(), third, 'still pinned');
  await page.getByRole('button', { name: /^show 1 hidden/ }).click();
  await page.getByRole('button', { name: /^unpin/ }).click();
  await until(async () => (await page.locator('.pinned').count()) === 0, 'nothing is put aside');
  await closePage(page);
});
