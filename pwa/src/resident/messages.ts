/** Up to which message this person has read, on this device. */
const READ_KEY = 'doorstep.messages-read';

/** Position of the newest message read, 0 if none. */
export function messagesReadUpTo(): number {
  try {
    return Number(localStorage.getItem(READ_KEY) ?? 0) || 0;
  } catch {
    return 0;
  }
}

/** Marks messages up to `position` as read. */
export function markMessagesRead(position: number): void {
  if (position <= messagesReadUpTo()) return;
  try {
    localStorage.setItem(READ_KEY, String(position));
  } catch {
    // No storage here: they show as new again next time.
  }
}
