/** Leaving a shared tablet: whoever was signed in goes, and what they have not sent stays, sealed to them. */
import type { Router } from 'vue-router';
import { client } from '../device/client';
import { openDevice } from '../device-ready';
import { principal, signOut } from '../session';
import { unlock } from './lock';

/** Signs out and shows the staff's sign-in. */
export async function leave(router: Router): Promise<void> {
  await router.replace('/desk/sign-in');
  await signOut();
  unlock();
  await client.stop();
  await openDevice(principal());
}
