# fish completion for kmsx, made from its command tree. Do not edit.

# Prints the subcommand of $argv[1] that the word $argv[2] names.
function __kmsx_find_command
    switch "$argv"
        case 'kmsx export-key'
            echo 'kmsx export-key'
        case 'kmsx reexport-key'
            echo 'kmsx reexport-key'
        case 'kmsx recover-key'
            echo 'kmsx recover-key'
        case 'kmsx reencrypt-key'
            echo 'kmsx reencrypt-key'
        case 'kmsx unwrap-key'
            echo 'kmsx unwrap-key'
        case 'kmsx combine'
            echo 'kmsx combine'
        case 'kmsx verify-key'
            echo 'kmsx verify-key'
        case 'kmsx batch'
            echo 'kmsx batch'
        case 'kmsx list-backups'
            echo 'kmsx list-backups'
        case 'kmsx drill'
            echo 'kmsx drill'
        case 'kmsx keygen'
            echo 'kmsx keygen'
        case 'kmsx inspect'
            echo 'kmsx inspect'
        case 'kmsx doctor'
            echo 'kmsx doctor'
        case 'kmsx store'
            echo 'kmsx store'
        case 'kmsx import-key'
            echo 'kmsx import-key'
        case 'kmsx list-tokens'
            echo 'kmsx list-tokens'
        case 'kmsx list-keys'
            echo 'kmsx list-keys'
        case 'kmsx policy'
            echo 'kmsx policy'
        case 'kmsx ceremony'
            echo 'kmsx ceremony'
        case 'kmsx record'
            echo 'kmsx record'
        case 'kmsx rehearse'
            echo 'kmsx rehearse'
        case 'kmsx local-kms'
            echo 'kmsx local-kms'
        case 'kmsx completion'
            echo 'kmsx completion'
        case 'kmsx version'
            echo 'kmsx version'
        case 'kmsx cache'
            echo 'kmsx cache'
        case 'kmsx help'
            echo 'kmsx help'
    end
end

# Prints how the option $argv[2] of the command $argv[1] takes a value; nothing for a flag.
function __kmsx_find_option
    switch "$argv[2]"
        case --color --error-format
            echo required
    end
    switch "$argv[1]"
        case 'kmsx export-key'
            switch "$argv[2]"
                case --key-id --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec --key-spec --number-of-bytes --context --context-file --backup --backup-format -o --out --for-token --module --module-parameters --pin-file --pin-env --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx reexport-key'
            switch "$argv[2]"
                case -i --in --context --context-file --store --store-ca-file --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec -o --out --for-token --module --module-parameters --pin-file --pin-env --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx recover-key'
            switch "$argv[2]"
                case -i --in --context --context-file --store --store-ca-file --format -o --out --check-value-methods --expect-check-value --component --threshold --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx reencrypt-key'
            switch "$argv[2]"
                case -i --in --context --context-file --store --store-ca-file --to-key-id --to-context --to-context-file --source-key-id --source-key-version-id --expect-fingerprint --expect-check-value --backup --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx unwrap-key'
            switch "$argv[2]"
                case --privkey -i --in --wrapping-algorithm --format -o --out --check-value-methods --expect-check-value --component --threshold --timeout --passphrase-file --passphrase-env --module --module-parameters --pin-file --pin-env
                    echo required
            end
        case 'kmsx combine'
            switch "$argv[2]"
                case --format -o --out --check-value-methods --expect-check-value --component --threshold
                    echo required
            end
        case 'kmsx verify-key'
            switch "$argv[2]"
                case -i --in --privkey --wrapping-algorithm --against --expect-check-value --check-value-methods --proof --context --context-file --passphrase-file --passphrase-env --module --module-parameters --pin-file --pin-env --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx batch'
            switch "$argv[2]"
                case --manifest -o --out --out-dir --backup-dir --journal --concurrency --rate --limit --key-id --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec --key-spec --number-of-bytes --context --context-file --to-key-id --to-context --to-context-file --privkey --format --check-value-methods --passphrase-file --passphrase-env --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx list-backups'
            switch "$argv[2]"
                case --key-id --proofs --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx drill'
            switch "$argv[2]"
                case --proofs --check-values --older-than --limit --rate --report --check-value-methods --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx keygen'
            switch "$argv[2]"
                case --wrapping-key-spec --privkey-out --pubkey-out --label --timeout --passphrase-file --passphrase-env --module --module-parameters --token --slot --serial --pin-file --pin-env
                    echo required
            end
        case 'kmsx inspect'
            switch "$argv[2]"
                case --recipe
                    echo required
            end
        case 'kmsx doctor'
            switch "$argv[2]"
                case --key-id --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec -i --in --context --context-file --for --backup -o --out --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx store'
            switch "$argv[2]"
                case --store --store-ca-file
                    echo required
            end
        case 'kmsx import-key'
            switch "$argv[2]"
                case --privkey --label --id -i --in -o --out --wrapping-algorithm --expect-check-value --check-value-methods --timeout --module --module-parameters --pin-file --pin-env
                    echo required
            end
        case 'kmsx list-tokens'
            switch "$argv[2]"
                case --timeout --module --module-parameters --token --slot --serial --pin-file --pin-env
                    echo required
            end
        case 'kmsx list-keys'
            switch "$argv[2]"
                case --rate --state --spec --usage --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx policy'
            switch "$argv[2]"
                case --key-id --for --to-key-id --source-key-id --backup -i --in --place --context --context-file --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx ceremony'
            switch "$argv[2]"
                case -o --out --folder --passphrase-file --passphrase-env --module --module-parameters --pin-file --pin-env --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline
                    echo required
            end
        case 'kmsx record'
            switch "$argv[2]"
                case --head --allowed-signers --threshold --type -i --in --by --text --accept-head -o --out
                    echo required
            end
        case 'kmsx rehearse'
            switch "$argv[2]"
                case --keep
                    echo required
            end
        case 'kmsx local-kms'
            switch "$argv[2]"
                case --port --state --seed --fault
                    echo required
            end
    end
end

# Prints three lines about the words before the cursor: the command, the number of its operands, and the
# option whose value the next word may be.
function __kmsx_where
    set -l command kmsx
    set -l operands 0
    set -l pending
    set -l more
    set -l kind
    set -l ended
    set -l words (commandline -opc)
    while set -q words[1]; and string match -qr -- '^[A-Za-z_][A-Za-z0-9_]*=' "$words[1]"
        set -e words[1]
    end
    for word in $words[2..-1]
        if test -n "$pending"
            set pending
        else if test -z "$ended"; and test "$word" = --
            set ended 1
            set more
        else if test -z "$ended"; and string match -qr -- '^-.' "$word"
            set -l option (__kmsx_open_option "$command" "$word")
            set kind (__kmsx_find_option "$command" "$option")
            set pending
            set more
            string match -q -- 'required*' "$kind"; and set pending $option
            string match -qr -- 'optional|greedy' "$kind"; and set more $option
        else if test -n "$more"
            string match -q -- '*greedy' "$kind"; or set more
        else
            set -l found
            test $operands -eq 0; and set found (__kmsx_find_command "$command" "$word")
            if test -n "$found"
                set command $found
            else
                set operands (math $operands + 1)
            end
        end
    end
    printf '%s\n' "$command" $operands "$more"
end

# Prints the option that ends the word $argv[2], unless its value is in the same word.
function __kmsx_open_option
    if string match -q -- '--*' "$argv[2]"
        string match -v -- '*=*' "$argv[2]"
        return
    end
    set -l letters (string split '' -- (string sub -s 2 -- "$argv[2]"))
    set -l last $letters[-1]
    set -e letters[-1]
    for letter in $letters
        set -l kind (__kmsx_find_option "$argv[1]" -$letter)
        test -n "$kind"; and return
    end
    printf '%s\n' -$last
end

# True if the command is $argv.
function __kmsx_in
    set -l where (__kmsx_where)
    test "$where[1]" = "$argv"
end

# True if the command is $argv[2..-1] and the cursor is at its operand number $argv[1], counted from 0.
function __kmsx_at
    set -l where (__kmsx_where)
    test "$where[1]" = "$argv[2..-1]"; and test -z "$where[3]"; and test $where[2] -eq $argv[1]
end

# The same, for that operand and all after it.
function __kmsx_from
    set -l where (__kmsx_where)
    test "$where[1]" = "$argv[2..-1]"; and test -z "$where[3]"; and test $where[2] -ge $argv[1]
end

# True if the command is $argv[2..-1] and the next word may be a value of the option $argv[1].
function __kmsx_more
    set -l where (__kmsx_where)
    test "$where[1]" = "$argv[2..-1]"; and test "$where[3]" = "$argv[1]"
end

complete -c kmsx -e
complete -c kmsx -f
complete -c kmsx -s q -l quiet -d 'show only errors, and the warning of a rehearsal, on stderr'
complete -c kmsx -s v -l verbose -d 'show attempts and RequestIds on stderr; nothing secret'
complete -c kmsx -l color -r -f -a 'auto always never' -d 'colour the output'
complete -c kmsx -l error-format -r -f -a 'text json' -d 'how errors are shown on stderr'
complete -c kmsx -l json -d 'print JSON where a terminal would get a view'
complete -c kmsx -s f -l force -d 'move an existing output file aside to FILE.old-TIME'
complete -c kmsx -l force-terminal -d 'allow a plaintext key on a terminal'
complete -c kmsx -l no-input -d 'never ask on the terminal: what would be asked for is exit 2'
complete -c kmsx -s V -l version -d 'print the version'
complete -c kmsx -s h -l help -d 'show this help'

complete -c kmsx -n '__kmsx_at 0 kmsx' -a export-key -d 'generate a data key in KMS and export it under public keys'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a reexport-key -d 'export the data key of a backup under another public key'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a recover-key -d 'decrypt the data key of a backup in KMS'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a reencrypt-key -d 're-encrypt a backup under another KMS key'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a unwrap-key -d 'unwrap an exported data key on this machine'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a combine -d 'join the components of a split data key'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a verify-key -d 'prove that backups and an export hold the same data key'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a batch -d 'run a command for every line of a manifest, resumable'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a list-backups -d 'list backups, and the KMS key each depends on'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a drill -d 'prove that every backup in a place still opens'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a keygen -d 'generate a wrapping key pair'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a inspect -d 'identify key files and documents, offline'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a doctor -d 'check everything export-key needs, and say what to fix'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a store -d 'prepare or check a database that keeps backups'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a import-key -d 'import an exported data key into a token (PKCS#11)'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a list-tokens -d 'list the tokens of a module and what each can take'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a list-keys -d 'list KMS keys, and show which ones export-key can use'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a policy -d 'print the minimal RAM policy for commands, or check it'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a ceremony -d 'plan a key ceremony'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a record -d 'verify the record of a ceremony, and add to it'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a rehearse -d 'run a whole ceremony against the embedded KMS'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a local-kms -d 'run the embedded KMS as a server on loopback'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a completion -d 'print a shell completion script'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a version -d 'print the version, and with --verbose what exactly runs'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a cache -d 'keep the code of common commands compiled, to start faster'
complete -c kmsx -n '__kmsx_at 0 kmsx' -a help -d 'show help for a command or topic'

complete -c kmsx -n '__kmsx_in kmsx export-key' -l key-id -r -f -d 'the KMS key: id, alias/NAME or ARN (env KMSX_KEY_ID)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l pubkey -r -F -d 'a public key to export under; - is standard input (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l expect-fingerprint -r -f -d 'SHA256:…, one for each --pubkey: the key in the file must have it (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'how the data key is wrapped'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l wrapping-key-spec -r -f -a 'RSA_2048 EC_SM2' -d 'must agree with the key'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l key-spec -r -f -a 'AES_256 AES_128' -d 'the kind of data key'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l number-of-bytes -r -f -d 'a data key of that many bytes, 1 to 1024'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l bind -d 'add a unique id to the context, so that no other backup opens in its place'
complete -c kmsx -n '__kmsx_in kmsx export-key' -s n -l dry-run -d 'ask KMS whether the call would succeed, and write nothing'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l backup -r -F -d 'where the backup document goes: a file, - for standard output, store:NAME in a database, or secret:NAME for a new secret of KMS (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l backup-format -r -f -a 'json blob' -d 'the document, or the bare CiphertextBlob'
complete -c kmsx -n '__kmsx_in kmsx export-key' -s o -l out -r -F -d 'where the export document goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l for-token -r -f -d 'in place of --pubkey: pkcs11:… of the private key in a token, which tells the public key and the algorithm'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx export-key' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx export-key' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx reexport-key' -s i -l in -r -F -d 'a backup or export document, or a bare CiphertextBlob; store:NAME is in a database, secret:NAME in KMS; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l pubkey -r -F -d 'a public key to export under; - is standard input (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l expect-fingerprint -r -f -d 'SHA256:…, one for each --pubkey: the key in the file must have it (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'how the data key is wrapped'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l wrapping-key-spec -r -f -a 'RSA_2048 EC_SM2' -d 'must agree with the key'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -s n -l dry-run -d 'ask KMS whether the calls would succeed, and write nothing'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -s o -l out -r -F -d 'where the export document goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l for-token -r -f -d 'in place of --pubkey: pkcs11:… of the private key in a token, which tells the public key and the algorithm'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx reexport-key' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx recover-key' -s i -l in -r -F -d 'a backup or export document, or a bare CiphertextBlob; store:NAME is in a database, secret:NAME in KMS; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l format -r -f -a 'base64 hex raw' -d 'how the data key is written'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -s o -l out -r -F -d 'where the data key goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l check-value-only -d 'print the key check values as JSON, and never the key'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l expect-check-value -r -f -d 'ecb:…, cmac:…, label:… or sha256:… that the data key must have (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l component -r -F -d 'split custody: the data key is written as components, one in each file, and nowhere else (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l threshold -r -f -d 'any k of the components make the key (Shamir)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -s n -l dry-run -d 'ask KMS whether the call would succeed, and write nothing'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx recover-key' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -s i -l in -r -F -d 'a backup or export document, or a bare CiphertextBlob; store:NAME is in a database, secret:NAME in KMS; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l to-key-id -r -f -d 'the new KMS key: id, alias/NAME or ARN'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l to-context -r -f -d 'a name and value of the new context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l to-context-file -r -F -d 'a JSON object of strings: the new context, {} for none; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l source-key-id -r -f -d 'the RSA or SM2 KMS key that the export was made for: id, alias/NAME or ARN'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l source-key-version-id -r -f -d 'and its version'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l expect-fingerprint -r -f -d 'SHA256:… of its public key; it chooses where the document has several exports'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l expect-check-value -r -f -d 'ecb:…, cmac:…, label:… or sha256:… that the data key must have (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -s n -l dry-run -d 'ask KMS whether the calls would succeed, and write nothing'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l backup -r -F -d 'where the new backup goes: a file, - for standard output, store:NAME in a database, or secret:NAME for a new secret of KMS (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx reencrypt-key' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l privkey -r -F -d 'the private half: PEM, DER or PKCS#12, encrypted or not; with --check-value-only also pkcs11:… for one in a token'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -s i -l in -r -F -d 'an export document, or a bare ExportedDataKey in base64; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'for a bare ExportedDataKey: how it was wrapped'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l format -r -f -a 'base64 hex raw' -d 'how the data key is written'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -s o -l out -r -F -d 'where the data key goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l check-value-only -d 'print the key check values as JSON, and never the key'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l expect-check-value -r -f -d 'ecb:…, cmac:…, label:… or sha256:… that the data key must have (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l component -r -F -d 'split custody: the data key is written as components, one in each file, and nowhere else (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l threshold -r -f -d 'any k of the components make the key (Shamir)'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l timeout -r -f -d 'for one call to a module'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l passphrase-file -r -F -d 'the first line of a file is the passphrase; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l passphrase-env -r -f -d 'an environment variable holds the passphrase'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx unwrap-key' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'

complete -c kmsx -n '__kmsx_from 0 kmsx combine' -F
complete -c kmsx -n '__kmsx_in kmsx combine' -l format -r -f -a 'base64 hex raw' -d 'how the data key is written'
complete -c kmsx -n '__kmsx_in kmsx combine' -s o -l out -r -F -d 'where the data key goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx combine' -l check-value-only -d 'print the key check values as JSON, and never the key'
complete -c kmsx -n '__kmsx_in kmsx combine' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx combine' -l expect-check-value -r -f -d 'ecb:…, cmac:…, label:… or sha256:… that the data key must have (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx combine' -l component -r -F -d 'split custody: the data key is written as components, one in each file, and nowhere else (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx combine' -l threshold -r -f -d 'any k of the components make the key (Shamir)'

complete -c kmsx -n '__kmsx_in kmsx verify-key' -s i -l in -r -F -d 'an export document, or a bare ExportedDataKey in base64; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l privkey -r -F -d 'the private half of the wrapping key, which opens the export; or pkcs11:… for one in a token; one for each recipient (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'for a bare ExportedDataKey: how it was wrapped'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l against -r -F -d 'a backup or export document, or a bare CiphertextBlob; store:NAME is in a database, secret:NAME in KMS; - is standard input (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l expect-check-value -r -f -d 'ecb:…, cmac:…, label:… or sha256:… that every backup must have; instead of --in and --privkey, or in addition (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l proof -r -F -d 'write a proof of the backups that match, for drill'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l witness -d 'also print commands of openssl and aliyun that show the same'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l passphrase-file -r -F -d 'the first line of a file is the passphrase; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l passphrase-env -r -f -d 'an environment variable holds the passphrase'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx verify-key' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_at 0 kmsx batch' -a 'export-key reexport-key reencrypt-key verify-key unwrap-key'
complete -c kmsx -n '__kmsx_in kmsx batch' -l manifest -r -F -d 'JSON Lines, or CSV with a header: a line for each key; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx batch' -s o -l out -r -F -d 'the results, one a line'
complete -c kmsx -n '__kmsx_in kmsx batch' -l out-dir -r -f -a '(__fish_complete_directories)' -d 'the results, a file each; for unwrap-key the keys'
complete -c kmsx -n '__kmsx_in kmsx batch' -l backup-dir -r -f -a '(__fish_complete_directories)' -d 'the backups, a file each (export-key, reencrypt-key); else --store has them'
complete -c kmsx -n '__kmsx_in kmsx batch' -l journal -r -F -d 'what was done, for the run that goes on; store:NAME for runs on several machines'
complete -c kmsx -n '__kmsx_in kmsx batch' -l concurrency -r -f -d 'so many lines at once'
complete -c kmsx -n '__kmsx_in kmsx batch' -l rate -r -f -d 'so many calls of KMS a second at most'
complete -c kmsx -n '__kmsx_in kmsx batch' -l limit -r -f -d 'so many lines in this run at most'
complete -c kmsx -n '__kmsx_in kmsx batch' -l fail-fast -d 'begin no other line after one that failed'
complete -c kmsx -n '__kmsx_in kmsx batch' -l key-id -r -f -d 'export-key: the KMS key (env KMSX_KEY_ID)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l pubkey -r -F -d 'a public key to export under; - is standard input (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l expect-fingerprint -r -f -d 'SHA256:…, one for each --pubkey: the key in the file must have it (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'how the data key is wrapped'
complete -c kmsx -n '__kmsx_in kmsx batch' -l wrapping-key-spec -r -f -a 'RSA_2048 EC_SM2' -d 'must agree with the key'
complete -c kmsx -n '__kmsx_in kmsx batch' -l key-spec -r -f -a 'AES_256 AES_128' -d 'export-key: the kind of data key'
complete -c kmsx -n '__kmsx_in kmsx batch' -l number-of-bytes -r -f -d 'export-key: a data key of that many bytes, 1 to 1024'
complete -c kmsx -n '__kmsx_in kmsx batch' -l bind -d 'export-key: add a unique id to each context'
complete -c kmsx -n '__kmsx_in kmsx batch' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx batch' -l to-key-id -r -f -d 'reencrypt-key: the new KMS key'
complete -c kmsx -n '__kmsx_in kmsx batch' -l to-context -r -f -d 'a name and value of the new context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l to-context-file -r -F -d 'a JSON object of strings: the new context, {} for none; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx batch' -l privkey -r -F -d 'verify-key, unwrap-key: the private half of the wrapping key'
complete -c kmsx -n '__kmsx_in kmsx batch' -l format -r -f -a 'base64 hex raw' -d 'unwrap-key: how a data key is written'
complete -c kmsx -n '__kmsx_in kmsx batch' -l check-value-only -d 'unwrap-key: give the key check values, and no key'
complete -c kmsx -n '__kmsx_in kmsx batch' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx batch' -l passphrase-file -r -F -d 'the first line of a file is the passphrase; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx batch' -l passphrase-env -r -f -d 'an environment variable holds the passphrase'
complete -c kmsx -n '__kmsx_in kmsx batch' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx batch' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx batch' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx batch' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx batch' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx list-backups' -l key-id -r -f -d 'only what depends on this KMS key: its id or ARN'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l proofs -r -f -d 'where drill and verify-key wrote proofs: a folder, or store:'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx list-backups' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx drill' -l proofs -r -f -d 'where earlier proofs are, and new ones are written: a folder, or store: for drills on several machines'
complete -c kmsx -n '__kmsx_in kmsx drill' -l check-values -r -F -d 'which check value each backup must have: lines of NAME and label:…, or of JSON; or the record.jsonl of a ceremony'
complete -c kmsx -n '__kmsx_in kmsx drill' -l older-than -r -f -d 'only what was not proved for so long'
complete -c kmsx -n '__kmsx_in kmsx drill' -l limit -r -f -d 'how many backups at most'
complete -c kmsx -n '__kmsx_in kmsx drill' -l rate -r -f -d 'calls of KMS each second, at most'
complete -c kmsx -n '__kmsx_in kmsx drill' -l report -r -F -d 'a report for people, as HTML that prints well'
complete -c kmsx -n '__kmsx_in kmsx drill' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx drill' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx drill' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx drill' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx drill' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx drill' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx keygen' -l wrapping-key-spec -r -f -a 'RSA_2048 EC_SM2' -d 'the kind of key'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l privkey-out -r -F -d 'where the private half goes, mode 0600'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l pubkey-out -r -F -d 'where the public half goes'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l no-passphrase -d 'leave the private half unencrypted'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l label -r -f -d 'make the pair in a token, under this label'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l timeout -r -f -d 'for one call to the module'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l passphrase-file -r -F -d 'the first line of a file is the passphrase; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l passphrase-env -r -f -d 'an environment variable holds the passphrase'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx keygen' -l token -r -f -d 'the token, by its label'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l slot -r -f -d 'the token, by the id of its slot'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l serial -r -f -d 'the token, by its serial number'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx keygen' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'

complete -c kmsx -n '__kmsx_from 0 kmsx inspect' -F
complete -c kmsx -n '__kmsx_in kmsx inspect' -l recipe -r -f -a 'openssl pkcs11-tool' -d 'print the commands with which another program opens an export document'

complete -c kmsx -n '__kmsx_in kmsx doctor' -l key-id -r -f -d 'the KMS key: id, alias/NAME or ARN (env KMSX_KEY_ID)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l pubkey -r -F -d 'a public key to export under; - is standard input (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l expect-fingerprint -r -f -d 'SHA256:…, one for each --pubkey: the key in the file must have it (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'how the data key is wrapped'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l wrapping-key-spec -r -f -a 'RSA_2048 EC_SM2' -d 'must agree with the key'
complete -c kmsx -n '__kmsx_in kmsx doctor' -s i -l in -r -F -d 'a backup or export document, or a bare CiphertextBlob: is opening it allowed? store:NAME is in a database, secret:NAME in KMS; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l for -r -f -a 'export-key reexport-key recover-key reencrypt-key verify-key' -d 'the commands to run, separated by commas: other missing permissions only cause a warning'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l backup -r -F -d 'where a backup would go: a file, store:NAME or secret:NAME (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -s o -l out -r -F -d 'where the export document would go'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx doctor' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_at 0 kmsx store' -a 'init check'
complete -c kmsx -n '__kmsx_in kmsx store' -l print -d 'with init: print the SQL, and connect to nothing'
complete -c kmsx -n '__kmsx_in kmsx store' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx store' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'

complete -c kmsx -n '__kmsx_in kmsx import-key' -l privkey -r -f -d 'the private half in a token: pkcs11:token=…;object=… (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l label -r -f -d 'the label of the data key in the token'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l id -r -f -d 'its id'
complete -c kmsx -n '__kmsx_in kmsx import-key' -s i -l in -r -F -d 'an export document, or a bare ExportedDataKey in base64; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx import-key' -s o -l out -r -F -d 'where the report goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l wrapping-algorithm -r -f -a 'RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE' -d 'for a bare ExportedDataKey: how it was wrapped'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l expect-check-value -r -f -d 'ecb:…, cmac:…, label:… or sha256:… that the data key must have (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l check-value-methods -r -f -a 'ecb cmac label sha256' -d 'which check values, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l rehearsal -d 'import the data key of a rehearsal'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l timeout -r -f -d 'for one call to the module'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx import-key' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx import-key' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'

complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l probe -d 'try each algorithm with a throw-away key; needs the PIN'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l timeout -r -f -d 'for one call to the module'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l token -r -f -d 'the token, by its label'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l slot -r -f -d 'the token, by the id of its slot'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l serial -r -f -d 'the token, by its serial number'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx list-tokens' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'

complete -c kmsx -n '__kmsx_in kmsx list-keys' -l aliases -d 'fail if the aliases may not be listed, instead of only warning'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l rate -r -f -d 'calls of KMS each second, at most'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l state -r -f -a 'Enabled Disabled PendingDeletion PendingImport' -d 'only keys in this state (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l spec -r -f -a 'Aliyun_AES_256 Aliyun_AES_192 Aliyun_AES_128 Aliyun_SM4 RSA_2048 RSA_3072 RSA_4096 EC_P256 EC_P256K EC_SM2' -d 'only keys of this spec (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l usage -r -f -a 'ENCRYPT/DECRYPT SIGN/VERIFY' -d 'only keys of this usage (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l usable -d 'only keys that export-key can use'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx list-keys' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_in kmsx policy' -l key-id -r -f -d 'the KMS key, best by its ARN (env KMSX_KEY_ID); list-keys and list-backups need none'
complete -c kmsx -n '__kmsx_in kmsx policy' -l for -r -f -a 'export-key reexport-key recover-key reencrypt-key verify-key list-backups drill list-keys doctor' -d 'the commands to allow, separated by commas'
complete -c kmsx -n '__kmsx_in kmsx policy' -l to-key-id -r -f -d 'for reencrypt-key: the new KMS key'
complete -c kmsx -n '__kmsx_in kmsx policy' -l source-key-id -r -f -d 'for reencrypt-key: the RSA key that an export was made for'
complete -c kmsx -n '__kmsx_in kmsx policy' -l several-pubkeys -d 'for export-key: with more than one --pubkey'
complete -c kmsx -n '__kmsx_in kmsx policy' -l backup -r -f -d 'for backups that are kept in KMS, as new secrets (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx policy' -s i -l in -r -F -d 'a backup: secret:NAME that is to be read, or with --check one to try permissions on (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l place -r -f -d 'for list-backups and drill: secrets that hold backups (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l context -r -f -d 'a name and value of the encryption context (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l context-file -r -F -d 'a JSON object of strings: the encryption context; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx policy' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx policy' -l check -d 'ask KMS whether these credentials have each permission'
complete -c kmsx -n '__kmsx_in kmsx policy' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx policy' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx policy' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx policy' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_at 0 kmsx ceremony' -a 'plan check script run'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l online -d 'check: ask KMS too, as kmsx doctor does'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -s o -l out -r -F -d 'script: where the HTML goes; - is standard output'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l folder -r -f -a '(__fish_complete_directories)' -d 'run: a new folder for the record and its files'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l resume -d 'run: go on with the ceremony in --folder'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l passphrase-file -r -F -d 'the first line of a file is the passphrase; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l passphrase-env -r -f -d 'an environment variable holds the passphrase'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l module -r -f -d 'the PKCS#11 module, a shared library (env KMSX_PKCS11_MODULE)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l module-parameters -r -f -d 'what NSS is started with, as in configdir=\'sql:/home/me/nss\''
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l pin-file -r -F -d 'the first line of a file is the token\'s PIN; also /dev/fd/3, or - for standard input'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l pin-env -r -f -d 'an environment variable holds the token\'s PIN'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l store -r -f -d 'the database of store:NAME: postgresql://[USER@]HOST/DATABASE or mysql://… (env KMSX_STORE)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l store-ca-file -r -F -d 'the certificate authorities of its server, in place of the usual ones'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l profile -r -f -d 'a profile of ~/.aliyun/config.json (env ALIBABA_CLOUD_PROFILE)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l region -r -f -d 'the region of KMS (env ALIBABA_CLOUD_REGION_ID)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l gateway -r -f -a 'public vpc local' -d 'the gateway, or the id of a dedicated one (kst-…) (env KMSX_GATEWAY)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l endpoint -r -f -d 'another address: HOST[:PORT] or a URL (env KMSX_ENDPOINT)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l ca-file -r -F -d 'more certificate authorities; for a dedicated gateway the only ones (env KMSX_CA_FILE)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l resolve -r -f -d 'as curl has it, for loopback addresses only (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l timeout -r -f -d 'for one attempt, the connection included'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l max-attempts -r -f -d 'how often to try'
complete -c kmsx -n '__kmsx_in kmsx ceremony' -l deadline -r -f -d 'for all attempts'

complete -c kmsx -n '__kmsx_at 0 kmsx record' -a 'verify head print add'
complete -c kmsx -n '__kmsx_in kmsx record' -l head -r -f -d 'verify: the head that the record should have, as it was written down'
complete -c kmsx -n '__kmsx_in kmsx record' -l allowed-signers -r -F -d 'verify: whose signatures count, in the form of ssh-keygen (ALLOWED SIGNERS)'
complete -c kmsx -n '__kmsx_in kmsx record' -l threshold -r -f -d 'verify: so many of them must have signed, each with another key'
complete -c kmsx -n '__kmsx_in kmsx record' -l type -r -f -a 'import proof destruction note' -d 'add: what happened'
complete -c kmsx -n '__kmsx_in kmsx record' -s i -l in -r -F -d 'add: what import-key printed, or proofs; - is standard input'
complete -c kmsx -n '__kmsx_in kmsx record' -l by -r -f -d 'add: who did it, or saw it (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx record' -l text -r -f -d 'add: what was done and seen, in words'
complete -c kmsx -n '__kmsx_in kmsx record' -l accept-head -r -f -d 'add: the SHA-256 of the last line, where record.head does not cover it: you have looked at it, and it is true'
complete -c kmsx -n '__kmsx_in kmsx record' -s o -l out -r -F -d 'print: where the HTML goes; - is standard output'

complete -c kmsx -n '__kmsx_in kmsx rehearse' -l keep -r -f -a '(__fish_complete_directories)' -d 'write the files into this folder, and leave them there'

complete -c kmsx -n '__kmsx_from 0 kmsx local-kms' -a 'export-key reexport-key recover-key reencrypt-key unwrap-key combine verify-key batch list-backups drill keygen inspect doctor store import-key list-tokens list-keys policy ceremony record rehearse local-kms completion version cache help'
complete -c kmsx -n '__kmsx_in kmsx local-kms' -l port -r -f -d 'the port on 127.0.0.1; 0 for a free one'
complete -c kmsx -n '__kmsx_in kmsx local-kms' -l state -r -f -a '(__fish_complete_directories)' -d 'keep the state in this folder'
complete -c kmsx -n '__kmsx_in kmsx local-kms' -l seed -r -F -d 'the content of a new state: access keys, policies, keys, as JSON'
complete -c kmsx -n '__kmsx_in kmsx local-kms' -l tls -d 'serve HTTPS, with a certificate authority of its own: its CaFile is announced'
complete -c kmsx -n '__kmsx_in kmsx local-kms' -l fault -r -f -d 'what goes wrong on purpose, such as throttle:first=2 or cut:when=after (repeatable)'
complete -c kmsx -n '__kmsx_in kmsx local-kms' -l env -d 'print lines of a shell that set the variables, in place of JSON'

complete -c kmsx -n '__kmsx_at 0 kmsx completion' -a 'bash zsh fish'

complete -c kmsx -n '__kmsx_at 0 kmsx help' -a 'export-key reexport-key recover-key reencrypt-key unwrap-key combine verify-key batch list-backups drill keygen inspect doctor store import-key list-tokens list-keys policy ceremony record rehearse local-kms completion version cache help lost-hsm move-key air-gap ci exit-codes errors environment documents terms'
