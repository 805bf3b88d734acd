/** Who reads what is written on a case: as it was, and as it will be. */
import { either } from '../../i18n';
import type { Message, StatusBody } from '../../protocol/generated';
import { w } from '../words';

const BEFORE_ACCEPTANCE: readonly StatusBody['status'][] = ['filed', 'received', 'correction'];

/** The readers of a message that was sent, in words. */
export function readersOf(message: Message): string {
  return listed(message.readers.map((reader) => nameOf(reader, message.reader_name)));
}

/** Who would read a message that is written now. */
export function whoReads(body: StatusBody): string {
  const desk = deskOf(body);
  return body.agent_name ? listed([desk, w('messages.whom.agent')]) : desk;
}

function deskOf(body: StatusBody): string {
  if (BEFORE_ACCEPTANCE.includes(body.status)) return w('messages.whom.window');
  return body.office_step ? w('messages.whom.step', { step: either(body.office_step) }) : w('messages.whom.staff');
}

function nameOf(reader: string, handler: string): string {
  switch (reader) {
    case 'handler':
      return handler ? w('messages.whom.handler', { name: handler }) : w('messages.whom.handler-plain');
    case 'applicant':
      return w('messages.whom.applicant');
    case 'agent':
      return w('messages.whom.agent');
    case 'window-clerk':
      return w('messages.whom.window');
    case 'outlet-clerk':
      return w('messages.whom.outlet');
    default:
      return w('messages.whom.staff');
  }
}

const listed = (names: readonly string[]): string => [...new Set(names)].join(w('messages.and'));
