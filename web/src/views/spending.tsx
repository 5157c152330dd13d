// What runs, what it has cost, and when it ends.
import { hrefTo, type Address } from '../address';
import type { SweepLine } from '../documents';
import { dollars, duration, exact, number } from '../format';
import { CountsBar } from '../parts';

export function Spending({ sweep, address }: { sweep: SweepLine; address: Address }) {
  const { counts, spend } = sweep;
  const over = counts.done === sweep.points || sweep.eta_s === 0;
  return (
    <section class="spending" aria-label="progress and spend">
      <h2>
        <a href={hrefTo(address, 'sweep', sweep.name)}>{sweep.name}</a>
      </h2>
      <p class="big">
        {counts.done.toLocaleString('en')} of {sweep.points.toLocaleString('en')} done
      </p>
      <CountsBar counts={counts} />
      <dl class="facts">
        <dt>device-hours</dt>
        <dd title={exact(spend.device_hours)}>{number(spend.device_hours)}</dd>
        {spend.usd !== null && (
          <>
            <dt>dollars</dt>
            <dd title={exact(spend.usd)}>{dollars(spend.usd)}</dd>
          </>
        )}
        {spend.wasted_device_hours > 0 && (
          <>
            <dt>of it thrown away</dt>
            <dd title={exact(spend.wasted_device_hours)}>{number(spend.wasted_device_hours)}</dd>
          </>
        )}
        {!over && (
          <>
            <dt>ends in</dt>
            <dd>{sweep.eta_s === null ? 'not known yet' : duration(sweep.eta_s)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}
