import type { PublicKeyForm } from './form.ts';
import { base64, jwk, literal, pem, PUBLIC, URL_ALPHABET } from './form.ts';

const standard = (member = ''): string => Buffer.from(member, 'base64url').toString('base64');
const standardJwk = { kty: 'RSA', n: standard(jwk.n), e: standard(jwk.e) };

/** JSON of clouds and their SDKs. */
export const JSONS: readonly PublicKeyForm[] = [
  {
    file: 'answer.json',
    content: JSON.stringify({ KeyId: 'k', KeyVersionId: 'v', PublicKey: pem, RequestId: 'r' }),
    says: `${PUBLIC} in the answer of GetPublicKey`,
    command: 'jq -r .PublicKey answer.json > answer.pub.pem',
    makes: 'answer.pub.pem',
  },
  {
    file: 'aws.json',
    content: JSON.stringify({
      KeyId: 'arn:aws:kms:eu-central-1:111122223333:key/k',
      PublicKey: base64,
      KeySpec: 'RSA_2048',
      KeyUsage: 'ENCRYPT_DECRYPT',
      EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
    }),
    says: `${PUBLIC} in AWS's answer of GetPublicKey`,
    command: 'jq -r .PublicKey aws.json > aws.pub.b64',
    makes: 'aws.pub.b64',
  },
  {
    file: 'google.json',
    content: JSON.stringify({ pem, algorithm: 'RSA_DECRYPT_OAEP_2048_SHA256', pemCrc32c: '1' }),
    says: `${PUBLIC} in Google's answer of getPublicKey`,
    command: 'jq -r .pem google.json > google.pub.pem',
    makes: 'google.pub.pem',
  },
  {
    file: 'azure.json',
    content: JSON.stringify({
      attributes: { enabled: true },
      key: { ...standardJwk, kid: 'https://v.vault.azure.net/keys/k/1', kty: 'RSA-HSM', d: null },
      tags: null,
    }),
    says: `${PUBLIC} in Azure's JSON, with standard base64 in place of base64url`,
    command: `jq '.key|map_values(values)|.kty="RSA"|${URL_ALPHABET}' azure.json > azure.pub.jwk`,
    makes: 'azure.pub.jwk',
  },
  {
    file: 'standard.jwk',
    content: JSON.stringify(standardJwk),
    says: `${PUBLIC} in a JWK, with standard base64 in place of base64url`,
    command: `jq '${URL_ALPHABET}' standard.jwk > standard.pub.jwk`,
    makes: 'standard.pub.jwk',
  },
  {
    file: 'sdk.json',
    content: JSON.stringify({
      headers: { 'x-acs-request-id': 'r' },
      statusCode: 200,
      body: { keyId: 'k', publicKey: pem },
    }),
    says: `${PUBLIC} in the response object of an SDK`,
    command: 'jq -r .body.publicKey sdk.json > sdk.pub.pem',
    makes: 'sdk.pub.pem',
  },
  {
    file: 'camel.json',
    content: JSON.stringify({ keyId: 'k', publicKey: pem, requestId: 'r' }),
    says: `${PUBLIC} in the response object of an SDK`,
    command: 'jq -r .publicKey camel.json > camel.pub.pem',
    makes: 'camel.pub.pem',
  },
  {
    file: 'vault.json',
    content: JSON.stringify({ data: { keys: { '1': { 'public key': pem } } } }),
    says: `${PUBLIC} in JSON`,
    command: `jq -r '.data.keys["1"]["public key"]' vault.json > vault.pub.pem`,
    makes: 'vault.pub.pem',
  },
  {
    file: 'list.json',
    content: JSON.stringify([{ note: 'the wrapping key' }, { key: literal }]),
    says: String.raw`${PUBLIC} in JSON and with \n in place of line breaks`,
    command: String.raw`jq -r '.[1].key' list.json | awk '{gsub(/(\\+r)?\\+n/,"\n")}1' > list.pub.pem`,
    makes: 'list.pub.pem',
  },
  {
    file: 'set.json',
    content: JSON.stringify({
      keys: [
        { ...jwk, kid: '1' },
        { ...jwk, kid: '2' },
      ],
    }),
    says: 'holds 2 keys where one belongs',
    command: "jq '.keys[0]' set.json > set.pub.jwk",
    makes: 'set.pub.jwk',
  },
];
