import { Duration, Validations } from "aws-cdk-lib";
import { HttpMethod, type HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { EventBus, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { EmailSendingEvent, EventDestination, type ConfigurationSet } from "aws-cdk-lib/aws-ses";
import { Construct } from "constructs";
import type { AnswerMailEnv } from "../functions/answer-mail/env.ts";
import type { EnvOf } from "../functions/framework/env.ts";
import type { MuteChannelEnv } from "../functions/mute-channel/env.ts";
import type { DeployConfig } from "./config.ts";
import { live } from "./canary.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { Storage } from "./storage.ts";

type Props = {
  storage: Storage;
  config: DeployConfig;
  api: HttpApi;
  mails: ConfigurationSet;
  pagesUrl: string;
};

/** What comes back after a mail: a pressed button, a bounce, a complaint. */
export class MailAnswers extends Construct {
  readonly answerMail: Function;
  readonly muteChannel: Function;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    this.answerMail = this.#answerMail(props);
    this.muteChannel = this.#muteChannel(props);
  }

  #answerMail({ storage, config, api, pagesUrl }: Props): Function {
    const answerMail = lambdaFunction(this, {
      name: "answer-mail",
      environment: {
        TABLE_NAME: storage.table.tableName,
        PAGES_URL: pagesUrl,
      } satisfies EnvOf<typeof AnswerMailEnv>,
      timeout: Duration.seconds(25),
      memorySize: 512,
      storage,
      config,
    });
    storage.grantAnswerMail(answerMail);
    const integration = new HttpLambdaIntegration("AnswerMail", live(answerMail));
    const methods = [HttpMethod.GET, HttpMethod.POST];
    const routes = ["/v1/acknowledge/{token}", "/v1/unsubscribe/{token}"].flatMap((path) =>
      api.addRoutes({ path, methods, integration }),
    );
    for (const route of routes) {
      const reason =
        "The signed, expiring token in the address is the permission: a reader of mail has no key.";
      Validations.of(route).acknowledge({ id: "AwsSolutions-APIG4", reason });
    }
    return answerMail;
  }

  #muteChannel({ storage, config, mails }: Props): Function {
    const muteChannel = lambdaFunction(this, {
      name: "mute-channel",
      environment: { TABLE_NAME: storage.table.tableName } satisfies EnvOf<typeof MuteChannelEnv>,
      timeout: Duration.seconds(30),
      memorySize: 256,
      storage,
      config,
    });
    storage.grantMute(muteChannel);
    muteChannel.configureAsyncInvoke({ retryAttempts: 2, maxEventAge: Duration.hours(6) });
    mails.addEventDestination("Answers", {
      destination: EventDestination.eventBus(EventBus.fromEventBusName(this, "Bus", "default")),
      events: [EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT],
    });
    new Rule(this, "BouncesAndComplaints", {
      eventPattern: {
        source: ["aws.ses"],
        detailType: ["Email Bounced", "Email Complaint Received"],
        detail: { mail: { tags: { "ses:configuration-set": [mails.configurationSetName] } } },
      },
      targets: [new LambdaFunction(muteChannel)],
    });
    return muteChannel;
  }
}
