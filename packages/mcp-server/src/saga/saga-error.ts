/**
 * Thrown by a step that is sure to have done nothing, such as a service that answered "no": it is not tried again and
 * not compensated, and the steps before it are. `message` reaches the caller.
 */
export class StepRefusal extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StepRefusal';
  }
}
