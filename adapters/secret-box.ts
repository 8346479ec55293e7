import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";

/**
 * Secrets sealed under the customer-managed key, each bound to what it is for. A function that may read the table but
 * not decrypt for this purpose sees nothing.
 */
export type SecretBox = {
  seal(secret: string, purpose: Purpose): Promise<string>;
  open(sealed: string, purpose: Purpose): Promise<string>;
};
type Purpose = { purpose: "webhook"; id: string };

/** The name in the encryption context that the key's permissions are bound to. */
const contextOf = ({ purpose, id }: Purpose) => ({ rollcall: purpose, id });

export function kmsSecretBox(client: KMSClient, keyId: string): SecretBox {
  return {
    seal: async (secret, purpose) => {
      const Plaintext = Buffer.from(secret, "utf8");
      const EncryptionContext = contextOf(purpose);
      const { CiphertextBlob } = await client.send(
        new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext }),
      );
      return Buffer.from(CiphertextBlob ?? []).toString("base64");
    },
    open: async (sealed, purpose) => {
      const CiphertextBlob = Buffer.from(sealed, "base64");
      const EncryptionContext = contextOf(purpose);
      const { Plaintext } = await client.send(
        new DecryptCommand({ KeyId: keyId, CiphertextBlob, EncryptionContext }),
      );
      return Buffer.from(Plaintext ?? []).toString("utf8");
    },
  };
}
