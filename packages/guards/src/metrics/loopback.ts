/** Whether the other end is on this machine. An address that is not known is not. */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./i.test(address ?? '');
}
