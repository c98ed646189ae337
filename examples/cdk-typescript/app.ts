// Two services in a mesh, with the CDK: the stack calls the macro, and an Aspect marks the task definitions.
//
// npm ci && npm run synth              writes the stacks' templates into cdk.out
// cdk synth --app "npx tsx app.ts"     the same

import { App, Aspects, IAspect, Stack } from "aws-cdk-lib";
import * as appmesh from "aws-cdk-lib/aws-appmesh";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import { Construct, IConstruct } from "constructs";

/** Marks every task definition below: its node in the mesh is called as the construct is. */
class InMesh implements IAspect {
  constructor(
    private readonly mesh: string,
    private readonly settings: Record<string, unknown>,
  ) {}

  visit(node: IConstruct): void {
    if (node instanceof ecs.CfnTaskDefinition) {
      const name = node.node.scope!.node.id.toLowerCase();
      node.addMetadata("AppMesh", { MeshName: this.mesh, VirtualNodeName: name, ...this.settings });
    }
  }
}

/** A stack whose template the macro processes when CloudFormation deploys it. It has the mesh: the macro compiles that
 * into each task's Envoy, or with profile `service-connect` into the configuration of each service. */
class Shop extends Stack {
  constructor(scope: Construct, name: string, profile: string) {
    super(scope, name);
    this.addTransform("AppMeshInject");
    this.mesh();
    const vpc = new ec2.Vpc(this, "Vpc", { maxAzs: 2, restrictDefaultSecurityGroup: false });
    const cluster = new ecs.Cluster(this, "Cluster", { vpc });
    const web = this.service(cluster, "Web", 8080);
    const cart = this.service(cluster, "Cart", 9080);
    cart.connections.allowFrom(web, ec2.Port.tcp(9080));
    Aspects.of(this).add(new InMesh("shop", { Profile: profile }));
  }

  private service(cluster: ecs.Cluster, name: string, port: number): ecs.FargateService {
    const task = new ecs.FargateTaskDefinition(this, name, { cpu: 512, memoryLimitMiB: 1024 });
    task.addContainer("app", {
      image: ecs.ContainerImage.fromRegistry("nginx"),
      portMappings: [{ containerPort: port }],
    });
    return new ecs.FargateService(this, `${name}Service`, { cluster, taskDefinition: task, minHealthyPercent: 50 });
  }

  /** Web calls cart.shop.local:9080. */
  private mesh(): void {
    new appmesh.CfnMesh(this, "Mesh", { meshName: "shop" });
    this.virtualNode("Web", 8080, "cart.shop.local");
    this.virtualNode("Cart", 9080);
    new appmesh.CfnVirtualService(this, "CartName", {
      meshName: "shop",
      virtualServiceName: "cart.shop.local",
      spec: { provider: { virtualNode: { virtualNodeName: "cart" } } },
    });
  }

  private virtualNode(name: string, port: number, calls?: string): void {
    new appmesh.CfnVirtualNode(this, `${name}Node`, {
      meshName: "shop",
      virtualNodeName: name.toLowerCase(),
      spec: {
        listeners: [{ portMapping: { port, protocol: "http" } }],
        serviceDiscovery: { dns: { hostname: `${name.toLowerCase()}.shop.local` } },
        backends: calls ? [{ virtualService: { virtualServiceName: calls } }] : undefined,
      },
    });
  }
}

// The CDK's own default is a new folder in /tmp; cdk synth sets CDK_OUTDIR.
const app = new App({ outdir: process.env.CDK_OUTDIR ?? "cdk.out" });
new Shop(app, "Shop", "standalone");
new Shop(app, "ConnectedShop", "service-connect");
app.synth();
