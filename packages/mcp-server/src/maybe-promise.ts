export { andThen, type MaybePromise } from '@tramontane/guards';
