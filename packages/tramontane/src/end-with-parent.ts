/**
 * Loaded with `--import` into a process that must not outlive the one that started it. The channel between the two
 * closes however the parent ends, kill -9 included; without this a killed parent would leave a server behind.
 */
if (process.channel !== undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Listening must not keep a process alive that has nothing else to do.
  process.channel.unref();
}
