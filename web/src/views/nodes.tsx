// Nodes of a cluster on which attempts have ended lately, and which are left out.
import { duration, moment } from '../format';
import type { NodeLine } from '../documents';
import { Empty } from '../parts';
import { useNow } from '../world';
import { usePolled } from './attention';

export function Nodes() {
  const now = useNow();
  const document = usePolled<{ nodes: NodeLine[] }>('nodes');
  if (document === null) return <div />;
  if (document.nodes.length === 0) {
    return (
      <>
        <h1>Nodes</h1>
        <Empty>
          No attempt has ended on a cluster's node lately. Runs go to a cluster with{' '}
          <code>enigma-sweep submit spec.json --executor slurm</code>.
        </Empty>
      </>
    );
  }
  return (
    <>
      <h1>Nodes</h1>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">state</th>
            <th scope="col" class="number">
              attempts
            </th>
            <th scope="col" class="number">
              failures
            </th>
            <th scope="col">left out</th>
          </tr>
        </thead>
        <tbody>
          {document.nodes.map((node) => (
            <tr key={node.name}>
              <th scope="row">{node.name}</th>
              <td class={node.excluded ? 'alarm' : ''}>{node.state}</td>
              <td class="number">{node.attempts}</td>
              <td class="number">{node.failures}</td>
              <td title={node.excluded ? `until ${moment(node.excluded.until)}` : ''}>
                {node.excluded
                  ? `${node.excluded.reason}, for ${duration(node.excluded.until - now)} more`
                  : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
