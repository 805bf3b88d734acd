/** Which log it is that this device follows, and that what was seen of it is still there (protocol, "Restore"). */
import type { Welcome } from '../protocol/generated';
import type { Line } from './line';
import type { Offering } from './offering';
import type { Replica } from './replica';
import { judged, type Tree } from './witness';

const HOLDS = { changed: 'origin-changed', altered: 'log-altered', unproven: 'backoff' } as const;

export class Following {
  /** What the log has become by the last welcome. */
  private found: Tree | null = null;

  constructor(
    private readonly line: Line,
    private readonly replica: Replica,
    private readonly offering: Offering,
  ) {}

  /** Null if the log is the one that is known, or was restored from it, and holds what was seen; else the hold that follows. */
  judge(frame: Welcome): (typeof HOLDS)[keyof typeof HOLDS] | null {
    const from = this.replica.comesFrom(frame);
    const found = from === 'changed' ? from : judged(this.replica.tree, frame);
    if (found === 'changed' || found === 'altered' || found === 'unproven') return HOLDS[found];
    this.found = found;
    if (from === 'restored') {
      this.replica.reset(frame.epoch);
      this.offering.reoffer(frame.origin ?? '');
    } else {
      this.offering.follow(frame.origin ?? '');
      this.remember();
    }
    return null;
  }

  /** The log is followed: it is held against what was seen of it now. */
  remember(): void {
    const tree = this.found;
    if (tree === null || JSON.stringify(tree) === JSON.stringify(this.replica.tree)) return;
    this.replica.tree = tree;
    this.line.do({ do: 'tree', tree });
  }
}
