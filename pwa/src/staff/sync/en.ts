/** English: the tablets of the office, and work of colleagues that was not done. */
import type { zh } from './zh';

export const en: Readonly<Record<keyof typeof zh, string>> = {
  'device.title': 'This device',
  'device.lead': 'What it holds, whether it is connected, what it lacks.',
  'device.outbox': 'See the outbox',

  'tablets.title': 'Devices',
  'tablets.all-well': 'All {n} devices are well, nothing is lost',
  'tablets.look-at': '{n} {n|device|devices} to look at',
  'tablets.none': 'No device has connected yet.',
  'tablets.who': 'Whose',
  'tablets.contact': 'Last connected',
  'tablets.unsent': 'Not sent',
  'tablets.oldest': 'Waits longest',
  'tablets.app': 'Version',
  'tablets.state': 'How it is',
  'tablets.resident': 'A resident',
  'tablets.n': '{n} {n|step|steps}',
  'tablets.well': 'Well',
  'tablets.quiet': 'Not heard of for long',
  'tablets.waiting': 'Has work to send',
  'tablets.missing': '{n} {n|step|steps} never arrived',
  'tablets.blocked': 'Blocked',
  'tablets.this': 'This one',
  'tablets.do-quiet':
    '{n} {n|step|steps} of {name} are still on this device. Ask {name} to open Doorstep where there is a signal; otherwise to save a file and hand it in from a computer.',
  'tablets.do-missing':
    '{when} the device of {name} announced {n} {n|step|steps} that never arrived; most likely they were cleared. Ask {name} to look at that day’s cases and do again what is missing.',
  'tablets.block': 'Block it',
  'tablets.unblock': 'Let it in again',
  'tablets.block-ask': 'Block this device of {name}',
  'tablets.block-lead':
    'Only when it is lost, lent or its person has left. At its next connection the cases on it are cleared; what was not sent stays sealed, and its person can still hand it in.',
  'tablets.block-reason': 'Why',
  'tablets.blocked-said': 'Blocked',
  'tablets.unblocked-said': 'Let in again',
  'tablets.offline': 'No network now, so the latest cannot be shown.',

  'aside.title': 'Not done by colleagues, for you to settle ({n})',
  'aside.lead': 'What colleagues handed to you, and what no longer came through because their role changed.',
  'aside.none': 'Nothing for you to settle',
  'aside.none-hint': 'What colleagues could not do is here once they hand it to you.',
  'aside.by': '{name} · {when}',
  'aside.case': 'See the case',
  'aside.lost': 'Role changed',
  'aside.handed': 'Handed to you',
  'aside.note': 'Put it on the case as a note',
  'aside.noted': 'It is on the case as a note',
  'aside.note-prefix': '{name} did “{act}”, which was not taken: {words}',
  'aside.take': 'Settled',
  'aside.taken': 'Noted',
};
