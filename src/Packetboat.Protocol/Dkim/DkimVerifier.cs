using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Dkim;

/// <summary>Whether the signatures of a message are those of the domains that they name. RFC 6376 §6.</summary>
public sealed class DkimVerifier(IResolver resolver, TimeProvider time)
{
    /// <summary>For all keys of a message together.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Records of one selector that are looked at. RFC 6376 §3.6.2.2 wants one.</summary>
    private const int MaxRecords = 3;

    /// <param name="message">Complete.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>One for each signature, from the top; a single <see cref="DkimResult.None"/> where there is none.</returns>
    /// <exception cref="OperationCanceledException">The caller's token says so.</exception>
    public async ValueTask<IReadOnlyList<DkimVerdict>> VerifyAsync(DkimMessage message, CancellationToken ct)
    {
        if (message.Header.IsTooLarge)
            return
            [
                new DkimVerdict(DkimResult.Neutral, "", "", $"a header of more than {HeaderBlock.MaxOctets} octets is not read"),
            ];
        if (message.Signatures.Count == 0)
            return [new DkimVerdict(DkimResult.None, "", "", "the message is not signed")];

        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        var verdicts = new List<DkimVerdict>();
        foreach (DkimMessage.FoundSignature found in message.Signatures)
        {
            try
            {
                verdicts.Add(await VerifyAsync(message, found, both.Token));
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                verdicts.Add(
                    Verdict(found.Signature!, DkimResult.TempError, $"the look-ups took longer than {Patience.TotalSeconds} s")
                );
            }
        }

        if (message.UnseenSignatures > 0)
            verdicts.Add(
                new DkimVerdict(DkimResult.Neutral, "", "", $"{message.UnseenSignatures} more signatures were not looked at")
            );
        return verdicts;
    }

    private async ValueTask<DkimVerdict> VerifyAsync(DkimMessage message, DkimMessage.FoundSignature found, CancellationToken ct)
    {
        if (found.Signature is not { } signature)
        {
            (string domain, string selector) = DkimSignature.Names(message.Header.Value(found.Field));
            return new DkimVerdict(DkimResult.Neutral, domain, selector, found.Fault!);
        }

        if (signature.Algorithm is DkimAlgorithm.RsaSha1)
            return Verdict(signature, DkimResult.Policy, "rsa-sha1 proves nothing any more"); // RFC 8301 §3.1
        if (signature.IsPartial)
            return Verdict(signature, DkimResult.Policy, "l= leaves the end of the body unsigned"); // RFC 6376 §8.2
        if (signature.Expiration <= time.GetUtcNow())
            return Verdict(signature, DkimResult.Policy, "the signature has expired");
        if (!message.BodyHash(signature.BodyForm).AsSpan().SequenceEqual(signature.BodyHash))
            return Verdict(signature, DkimResult.Fail, "the body is not the one that was signed");

        string name = $"{signature.Selector}._domainkey.{signature.Domain}";
        switch (await resolver.TextAsync(MailAddress.ToAscii(name), ct))
        {
            case DnsAnswer<string>.Found records:
                return WithKeys(message, found.Field, signature, name, records.Records);
            case DnsAnswer<string>.TemporaryFailure failure:
                return Verdict(signature, DkimResult.TempError, $"the key {name} cannot be looked up: {failure.Reason}");
            default:
                return Verdict(signature, DkimResult.PermError, $"there is no key at {name}");
        }
    }

    /// <summary>RFC 6376 §6.1.2: the first record that is a key.</summary>
    private static DkimVerdict WithKeys(
        DkimMessage message,
        HeaderField field,
        DkimSignature signature,
        string name,
        IReadOnlyList<string> records
    )
    {
        string reason = "";
        foreach (string text in records.Take(MaxRecords))
        {
            if (DkimKeyRecord.TryParse(text, out DkimKeyRecord? key, out string? fault))
                return WithKey(message, field, signature, name, key);
            reason = fault;
        }

        return Verdict(signature, DkimResult.PermError, $"the key at {name} is wrong: {reason}");
    }

    private static DkimVerdict WithKey(
        DkimMessage message,
        HeaderField field,
        DkimSignature signature,
        string name,
        DkimKeyRecord key
    )
    {
        string? unfit =
            key.IsRevoked ? "it is revoked"
            : key.IsEd25519 != (signature.Algorithm is DkimAlgorithm.Ed25519Sha256) ? "it is of another algorithm"
            : !key.AllowsSha256 ? "it is not for SHA-256"
            : !key.IsForMail ? "it is not for mail"
            : key.IsStrict && !signature.Identity.EndsWith($"@{signature.Domain}", StringComparison.OrdinalIgnoreCase)
                ? "t=s allows no identity below the domain"
            : null;
        if (unfit is not null)
            return Verdict(signature, DkimResult.PermError, $"the key at {name} does not serve: {unfit}");

        byte[] hash = DkimHeaderHash.Of(message.Header, signature.Fields, signature.HeaderForm, message.Header.Octets(field));
        bool isRight = key.Verify(hash, signature.Value, out string? weak);
        DkimVerdict verdict =
            weak is not null ? Verdict(signature, DkimResult.Policy, $"the key at {name} does not count: {weak}")
            : isRight ? Verdict(signature, DkimResult.Pass, $"signed by {signature.Domain} with the key {signature.Selector}")
            : Verdict(signature, DkimResult.Fail, $"the header is not the one that was signed, or the key at {name} is another");
        return verdict with { IsTesting = key.IsTesting };
    }

    private static DkimVerdict Verdict(DkimSignature signature, DkimResult result, string reason) =>
        new(
            result,
            signature.Domain,
            signature.Selector,
            PrintableText.Of(reason, 500),
            signature.Algorithm switch
            {
                DkimAlgorithm.RsaSha256 => "rsa-sha256",
                DkimAlgorithm.Ed25519Sha256 => "ed25519-sha256",
                _ => "rsa-sha1",
            },
            signature.Identity
        );
}
