/** Room on the device, and whether the browser promises to keep what is stored. */

/** Whether the browser has promised not to evict what is stored here. */
export async function keeping(storage: StorageManager | undefined): Promise<'persistent' | 'best-effort'> {
  try {
    return (await storage?.persisted?.()) ? 'persistent' : 'best-effort';
  } catch {
    return 'best-effort';
  }
}

/** Bytes in use and bytes left, null if the browser does not say. */
export async function room(storage: StorageManager | undefined): Promise<{ used: number | null; left: number | null }> {
  try {
    const { quota, usage } = (await storage?.estimate?.()) ?? {};
    if (quota === undefined || usage === undefined) return { used: usage ?? null, left: null };
    return { used: usage, left: Math.max(0, quota - usage) };
  } catch {
    return { used: null, left: null };
  }
}

/** Bytes left, null if the browser does not say. */
export async function spaceLeft(storage: StorageManager | undefined): Promise<number | null> {
  return (await room(storage)).left;
}
