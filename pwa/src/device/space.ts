/** Room on the device, and whether the browser promises to keep what is stored. */

/** Whether the browser has promised not to evict what is stored here. */
export async function keeping(storage: StorageManager | undefined): Promise<'persistent' | 'best-effort'> {
  try {
    return (await storage?.persisted?.()) ? 'persistent' : 'best-effort';
  } catch {
    return 'best-effort';
  }
}

/** Bytes left, null if the browser does not say. */
export async function spaceLeft(storage: StorageManager | undefined): Promise<number | null> {
  try {
    const { quota, usage } = (await storage?.estimate?.()) ?? {};
    return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
  } catch {
    return null;
  }
}
