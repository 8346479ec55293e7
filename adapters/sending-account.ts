import { DescribePhoneNumbersCommand, PinpointSMSVoiceV2Client } from "@aws-sdk/client-pinpoint-sms-voice-v2";
import {
  DeleteSuppressedDestinationCommand,
  GetAccountCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  SESv2Client,
} from "@aws-sdk/client-sesv2";

/** Whether mails may leave, to anybody, and how many are left today. */
type MailAccount = { isSending: boolean; isInProduction: boolean; left: number };

/** What AWS knows of how mails and texts leave. */
export type SendingAccount = {
  mail(): Promise<MailAccount>;
  isVerified(sender: string): Promise<boolean>;
  /** Events of mails that somebody hears, such as `BOUNCE`. */
  heardEvents(configurationSet: string): Promise<string[]>;
  /** Status of a number, `ACTIVE` where texts leave; undefined where there is none. */
  numberStatus(id: string): Promise<string | undefined>;
  /** Takes an address off SES's own list of what bounced: what stands on it bounces again. */
  unsuppress(address: string): Promise<void>;
};

export function awsSendingAccount(): SendingAccount {
  const ses = new SESv2Client({});
  return {
    mail: async () => {
      const account = await ses.send(new GetAccountCommand({}));
      const { Max24HourSend = 0, SentLast24Hours = 0 } = account.SendQuota ?? {};
      return {
        isSending: account.SendingEnabled === true,
        isInProduction: account.ProductionAccessEnabled === true,
        left: Max24HourSend - SentLast24Hours,
      };
    },
    isVerified: async (EmailIdentity) =>
      (await ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).VerifiedForSendingStatus === true,
    heardEvents: async (ConfigurationSetName) => {
      const command = new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName });
      const { EventDestinations = [] } = await ses.send(command);
      return EventDestinations.filter(({ Enabled }) => Enabled).flatMap(
        ({ MatchingEventTypes = [] }) => MatchingEventTypes,
      );
    },
    numberStatus: async (id) => {
      const command = new DescribePhoneNumbersCommand({ PhoneNumberIds: [id] });
      return (await new PinpointSMSVoiceV2Client({}).send(command)).PhoneNumbers?.[0]?.Status;
    },
    unsuppress: async (EmailAddress) => {
      try {
        await ses.send(new DeleteSuppressedDestinationCommand({ EmailAddress }));
      } catch (error) {
        if (!(error instanceof NotFoundException)) throw error;
      }
    },
  };
}
