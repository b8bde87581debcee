using Packetboat.Protocol.Dkim;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>A message. Whatever it is: in pieces it is the same, its verdicts can be shown, and what we sign verifies.</summary>
internal sealed class DkimTarget : IFuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly DkimSigningKey Key = new("d.example", "s", DkimPrivateKey.CreateEd25519());

    public string Name => "dkim";

    public string What => "a message to verify and to sign";

    public IReadOnlyList<string> Words { get; } =
    [
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/simple; d=d.example; s=s; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n",
        "From: a@d.example\r\n",
        "from \t: b@d.example\r\n",
        "Subject: x\r\n\ty\r\n",
        "\r\n\r\n",
        "\r\n",
        " \t",
        "; b=",
        "; l=1",
        "a=rsa-sha1",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        IReadOnlyList<DkimVerdict> verdicts = Verify(input);
        foreach (DkimVerdict verdict in verdicts)
        {
            Check.IsPrintable(verdict.Reason, "a reason");
            Check.IsPrintable(verdict.Domain, "a domain");
            Check.IsPrintable(verdict.Selector, "a selector");
            Check.IsPrintable(verdict.Identity, "an identity");
        }

        int signed = 0;
        foreach (DkimCanonicalization header in Enum.GetValues<DkimCanonicalization>())
        foreach (DkimCanonicalization body in Enum.GetValues<DkimCanonicalization>())
        {
            var options = new DkimSigningOptions(header, body);
            byte[] field = Sign(input, options, int.MaxValue, out string? refusal);
            Check.SameOctets(field, Sign(input, options, 1 + (input.Length % 7), out _), "a signature of the message in pieces");
            Check.Same(refusal is null, field.Length > 0, "a field without refusal");
            if (field.Length == 0)
                continue;
            signed++;
            Check.IsClean(field);
            DkimVerdict own = Verify((byte[])[.. field, .. input])[0];
            Check.That(own.Result is DkimResult.Pass, $"what we signed does not verify: {own.Reason}");
        }

        return HashCode.Combine(verdicts.Count, verdicts[0].Result, verdicts[0].Reason.Length / 8, signed);
    }

    private static byte[] Sign(ReadOnlySpan<byte> input, DkimSigningOptions options, int size, out string? refusal)
    {
        using var message = new DkimMessage(options.BodyForm);
        for (ReadOnlySpan<byte> rest = input; !rest.IsEmpty; rest = rest[Math.Min(size, rest.Length)..])
            message.Append(rest[..Math.Min(size, rest.Length)]);
        message.Complete();
        return DkimSigner.Sign(message, Key, options, Now, out refusal);
    }

    private static IReadOnlyList<DkimVerdict> Verify(ReadOnlySpan<byte> input)
    {
        using var message = new DkimMessage();
        message.Append(input);
        message.Complete();
        var zone = new ZoneResolver($"s._domainkey.d.example TXT {Key.Key.Record}");
        Task<IReadOnlyList<DkimVerdict>> verifying = new DkimVerifier(zone, TimeProvider.System)
            .VerifyAsync(message, CancellationToken.None)
            .AsTask();
        Check.That(verifying.IsCompleted, "the verifier waits for nothing");
        return verifying.GetAwaiter().GetResult();
    }
}
