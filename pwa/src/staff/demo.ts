/** Accounts of the demonstration centre, offered on the sign-in page of a demonstration only. */
export const DEMO_STAFF = [
  { username: 'zhoumin', name: '周敏', role: 'window-clerk' },
  { username: 'litao', name: '李涛', role: 'reviewer' },
  { username: 'wangfang', name: '王芳', role: 'decider' },
  { username: 'chenjing', name: '陈静', role: 'outlet-clerk' },
  { username: 'sunhao', name: '孙浩', role: 'lead' },
  { username: 'guwen', name: '顾文', role: 'auditor' },
] as const;

/** The same for all of them, and printed by the demonstration itself. */
export const DEMO_PASSWORD = 'doorstep-demo';
