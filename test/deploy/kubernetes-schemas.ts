import { validate as validateDeployment } from 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment';
import { validate as validateAutoscaler } from 'kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler';
import { validate as validateJob } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job';
import { validate as validateService } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service';
import { validate as validateNetworkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy';
import { validate as validateBudget } from 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget';

/** An object of Kubernetes, as far as every kind has it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: unknown;
}

interface Validate {
  (data: unknown): boolean;
  readonly errors?: readonly { readonly instancePath: string; readonly keyword: string }[] | null;
}

const SCHEMAS: Readonly<Record<string, unknown>> = {
  'apps/v1 Deployment': validateDeployment,
  'autoscaling/v2 HorizontalPodAutoscaler': validateAutoscaler,
  'batch/v1 Job': validateJob,
  'networking.k8s.io/v1 NetworkPolicy': validateNetworkPolicy,
  'policy/v1 PodDisruptionBudget': validateBudget,
  'v1 Service': validateService,
};

/** What is wrong with a manifest by the schema of its kind; fields the schema does not know included. */
export function findProblems(manifest: Manifest): readonly string[] {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  const validate = SCHEMAS[kind] as Validate | undefined;
  if (validate === undefined) return [`${kind}: no schema`];
  const { watched, unread } = watchReads(manifest);
  const valid = validate(watched);
  const broken = valid ? [] : (validate.errors ?? []);
  const named = broken.map(({ instancePath, keyword }) => `${kind} ${instancePath}: ${keyword}`);
  return [...named, ...unread().map(path => `${kind} ${path}: no such field`)];
}

/**
 * The schemas let unknown fields pass, and an API server drops them silently: a misspelled probe would be no probe. A
 * check reads every field it knows, so one that was never read is unknown.
 */
function watchReads(root: object): { watched: unknown; unread: () => readonly string[] } {
  const read = new Set<string>();
  const watch = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    return new Proxy(value, {
      get(target, key): unknown {
        const found: unknown = Reflect.get(target, key);
        if (typeof key !== 'string') return found;
        read.add(`${path}/${key}`);
        return watch(found, `${path}/${key}`);
      },
    });
  };
  const list = (value: unknown, path: string): readonly string[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) =>
          read.has(`${path}/${key}`) ? list(inner, `${path}/${key}`) : [`${path}/${key}`],
        );
  return { watched: watch(root, ''), unread: () => list(root, '') };
}
