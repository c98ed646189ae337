// Synthesises as many services in a mesh as the first argument says, with the AppMeshExtension of the CDK's ECS
// service extensions, into the folder of the second.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { App, Stack } = require("aws-cdk-lib");
const { Mesh } = require("aws-cdk-lib/aws-appmesh");
const { ContainerImage } = require("aws-cdk-lib/aws-ecs");
const extensions = require("@aws-cdk-containers/ecs-service-extensions");

const [count, outdir] = process.argv.slice(2);
const context = { "@aws-cdk/core:stackResourceLimit": 0 };
const app = new App({ outdir, context, analyticsReporting: false, treeMetadata: false });
const stack = new Stack(app, "Services");
const environment = new extensions.Environment(stack, "production");
const mesh = new Mesh(stack, "mesh");
for (let number = 0; number < Number(count); number++) {
  const serviceDescription = new extensions.ServiceDescription();
  const image = ContainerImage.fromRegistry("svc:1");
  serviceDescription.add(new extensions.Container({ cpu: 512, memoryMiB: 1024, trafficPort: 8080, image }));
  serviceDescription.add(new extensions.AppMeshExtension({ mesh }));
  new extensions.Service(stack, `svc-${number}`, { environment, serviceDescription });
}
app.synth();
