/** Work that goes on beside the loop that began it. */
export interface Tasks {
  run(work: () => Promise<void>): void;
  count(): number;
}

export interface TasksDependencies {
  readonly failed: (error: unknown) => void;
  readonly ended: () => void;
}

export function createTasks({ failed, ended }: TasksDependencies): Tasks {
  const underWay = new Set<symbol>();

  async function follow(work: () => Promise<void>): Promise<void> {
    const task = Symbol('task');
    underWay.add(task);
    try {
      await work();
    } catch (error) {
      failed(error);
    } finally {
      underWay.delete(task);
      ended();
    }
  }

  return {
    run(work) {
      void follow(work);
    },
    count: () => underWay.size,
  };
}
