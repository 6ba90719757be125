/**
 * A plan to be filled in, in YAML: a plan by its form, with each field commented. What has to be filled in stands in
 * angle brackets.
 */
export const PLAN_TEMPLATE = `# The plan of a key ceremony. Put your own in place of what stands in <>, then:
#     kmsx ceremony check plan.yaml
# A line that begins with # is a comment: take away the # of a field that you want.
# Paths are relative to the folder of this file.
Format: kmsx-ceremony-plan/1

# What the ceremony is for, and where it is held. Both stand on every page.
Title: <what the data key is for>
# Place: Building 4, room 12

# false is a ceremony whose data key will be used. true is practice, and every page says so.
Practice: false
# In a practice plan: nobody is asked, and the record says so of each step.
# Unattended: true

# The head of the record of the ceremony before this one: 64 hexadecimal digits.
# Previous: <from the record before>

# The KMS key: its id, alias/NAME or ARN.
KeyId: <key id, alias/NAME or ARN>
# AES_256 or AES_128; or a length in bytes, from 1 to 1024, as NumberOfBytes.
KeySpec: AES_256
# NumberOfBytes: 24

# The encryption context: names and values that are needed whenever a backup is opened. Nothing secret.
Context:
  purpose: <purpose>
# false leaves out the unique id that kmsx adds to the context.
# Bind: true

# Who takes part. A leader, an operator and a witness at least; the operator types, so that the operator is nobody else.
# Roles: leader, operator, witness, custodian, auditor.
People:
  - Name: <name of the leader>
    Role: leader
    # Affiliation: Example Ltd.
    # How the person is identified on the day.
    # Identified: passport
  - Name: <name of the operator>
    Role: operator
  - Name: <name of a witness>
    Role: witness
  - Name: <name of a second witness>
    Role: witness
  - Name: <name of a custodian>
    Role: custodian

# Who gets an export of the data key: at least one.
Recipients:
  # The name is also that of its files.
  - Name: hsm
    # The public half of the wrapping key, in one of three ways: a file, ...
    Pubkey: <file of the public key>
    # ... a private key in a token (a URI of RFC 7512; kmsx list-tokens shows them), ...
    # Token: pkcs11:token=hsm;object=wrapping
    # ... or a pair that is made in the ceremony.
    # MakePair: true

    # The fingerprint of the public key, from a second source: SHA256: and 64 hexadecimal digits.
    ExpectFingerprint: <SHA256:...>
    # Who has the private half: one of People.
    Custodian: <name of a custodian>
    # here: the export is opened in the ceremony, by Privkey or in the token.
    # elsewhere: it is opened where the private half is, and the check value that is shown there is read aloud.
    Unwrap: elsewhere
    # Privkey: <file of the private key>

# Where the backup is kept: two places at least, on different disks. A file, secret:NAME in KMS or store:NAME in a database.
Backups:
  - <file on the first disk>
  - <file on the second disk>

# Whether the commands are kept with which openssl and aliyun repeat what was verified.
Witness: true

# How many people sign the record afterwards, each with their own key.
Signatures:
  Threshold: 2
`;
