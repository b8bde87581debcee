using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Dkim;
using Packetboat.Testing;

namespace Packetboat.Protocol.Tests.Dkim;

public sealed class DkimTests
{
    private const string Header = "From: Joe <joe@d.example>\r\nTo: a@b.example\r\nSubject:  two\r\n  lines \r\n";
    private const string Message = Header + "\r\nHello,\t you. \r\n\r\nEnd \r\n\r\n\r\n";

    private static readonly string[] Pieces = ["a", "b ", " ", "\t", "\r\n", "\r\n\r\n", "\r", "\n", "\u00fc"];

    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly DkimPrivateKey Rsa = DkimPrivateKey.CreateRsa();
    private static readonly DkimPrivateKey Other = DkimPrivateKey.CreateRsa();
    private static readonly DkimPrivateKey Ed25519 = DkimPrivateKey.CreateEd25519();

    private readonly FakeTimeProvider _time = new(Now);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, DkimCanonicalization, DkimCanonicalization> Forms()
    {
        var data = new TheoryData<string, DkimCanonicalization, DkimCanonicalization>();
        foreach (string key in (string[])["rsa", "ed25519"])
        foreach (DkimCanonicalization header in Enum.GetValues<DkimCanonicalization>())
        foreach (DkimCanonicalization body in Enum.GetValues<DkimCanonicalization>())
            data.Add(key, header, body);
        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task What_is_signed_verifies_and_any_change_shows(
        string key,
        DkimCanonicalization header,
        DkimCanonicalization body
    )
    {
        string signed = Sign(Message, Key(key), new DkimSigningOptions(header, body));

        Assert.Equal(DkimResult.Pass, (await VerifyAsync(signed)).Result);
        Assert.Equal(DkimResult.Fail, (await VerifyAsync(signed.Replace("Hello", "Hallo", StringComparison.Ordinal))).Result);
        Assert.Equal(
            DkimResult.Fail,
            (await VerifyAsync(signed.Replace("a@b.example", "x@b.example", StringComparison.Ordinal))).Result
        );
        Assert.Equal(
            DkimResult.Fail,
            (await VerifyAsync(signed.Replace("t=", "x=1795608600; t=", StringComparison.Ordinal))).Result
        );
        Assert.Equal(DkimResult.Pass, (await VerifyAsync("Received: by a relay\r\n" + signed + "\r\n\r\n")).Result);
    }

    [Fact]
    public async Task Blanks_may_change_where_the_form_is_relaxed_and_nowhere_else()
    {
        string relaxed = Sign(Message, Key("rsa"), new DkimSigningOptions());
        string simple = Sign(
            Message,
            Key("rsa"),
            new DkimSigningOptions(DkimCanonicalization.Simple, DkimCanonicalization.Simple)
        );
        Func<string, string>[] changes =
        [
            text => text.Replace("Hello,\t you. ", "Hello, \t\t you.", StringComparison.Ordinal),
            text => text.Replace("Subject:  two\r\n  lines \r\n", "SUBJECT : two\tlines\r\n", StringComparison.Ordinal),
        ];
        foreach (Func<string, string> change in changes)
        {
            Assert.Equal(DkimResult.Pass, (await VerifyAsync(change(relaxed))).Result);
            Assert.Equal(DkimResult.Fail, (await VerifyAsync(change(simple))).Result);
        }
    }

    [Theory]
    [InlineData("From")]
    [InlineData("Subject")]
    [InlineData("To")]
    public async Task A_second_field_of_a_kind_that_stands_once_breaks_the_signature(string name)
    {
        string signed = Sign(Message, Key("rsa"), new DkimSigningOptions());

        Assert.Equal(DkimResult.Fail, (await VerifyAsync($"{name}: another <evil@evil.example>\r\n" + signed)).Result);
    }

    /// <summary>RFC 6376 §3.4.5 and appendix C of the canonical empty bodies.</summary>
    [Theory]
    [InlineData(DkimCanonicalization.Simple, "", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")]
    [InlineData(DkimCanonicalization.Relaxed, "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData(DkimCanonicalization.Simple, "\r\n\r\n\r\n", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")]
    [InlineData(DkimCanonicalization.Relaxed, "\r\n \r\n\t\r\n", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void An_empty_body_has_the_hash_that_the_standard_names(DkimCanonicalization form, string body, string hash)
    {
        using var its = new DkimBodyHash(form);
        its.Append(Encoding.Latin1.GetBytes(body));

        Assert.Equal(hash, Convert.ToBase64String(its.Complete()));
    }

    /// <summary>Against the rules of RFC 6376 §3.4.3 and §3.4.4 written as plainly as can be, in pieces of any size.</summary>
    [Fact]
    public void A_body_has_the_same_hash_in_whatever_pieces_it_comes() =>
        Gen.Select(Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 40], Gen.Int[1, 9])
            .Sample(
                (parts, size) =>
                {
                    byte[] body = Encoding.Latin1.GetBytes(string.Concat(parts));
                    foreach (DkimCanonicalization form in Enum.GetValues<DkimCanonicalization>())
                    {
                        using var whole = new DkimBodyHash(form);
                        using var pieces = new DkimBodyHash(form);
                        whole.Append(body);
                        foreach (byte[] piece in body.Chunk(size))
                            pieces.Append(piece);
                        byte[] expected = System.Security.Cryptography.SHA256.HashData(
                            Encoding.Latin1.GetBytes(Plainly(string.Concat(parts), form))
                        );
                        Assert.Equal(expected, whole.Complete());
                        Assert.Equal(expected, pieces.Complete());
                    }
                }
            );

    [Fact]
    public void A_message_in_whatever_pieces_has_the_same_signature() =>
        Gen.Int[1, 200]
            .Sample(size =>
            {
                using var pieces = new DkimMessage(DkimCanonicalization.Relaxed);
                foreach (byte[] piece in Encoding.Latin1.GetBytes(Message).Chunk(size))
                    pieces.Append(piece);
                pieces.Complete();
                byte[] field = DkimSigner.Sign(pieces, Key("ed25519"), new DkimSigningOptions(), Now, out _);
                Assert.Equal(Sign(Message, Key("ed25519"), new DkimSigningOptions()), Encoding.Latin1.GetString(field) + Message);
            });

    [Theory]
    [InlineData("l=0; ", "", DkimResult.Policy)]
    [InlineData("x=1; ", "", DkimResult.Neutral)]
    [InlineData("q=dns/txt; ", "", DkimResult.Fail)]
    [InlineData("q=carrier/pigeon; ", "", DkimResult.Neutral)]
    [InlineData("i=@evil.example; ", "", DkimResult.Neutral)]
    [InlineData("i=joe@sub.d.example; ", "", DkimResult.Fail)]
    [InlineData("v=2; ", "v=1; ", DkimResult.Neutral)]
    [InlineData("a=rsa-sha1; ", "a=rsa-sha256; ", DkimResult.Policy)]
    [InlineData("a=rot13-md5; ", "a=rsa-sha256; ", DkimResult.Neutral)]
    public async Task A_signature_says_what_it_must_and_nothing_twice(string added, string removed, DkimResult expected)
    {
        string signed = Sign(Message, Key("rsa"), new DkimSigningOptions()).Replace("\r\n\tt=", " t=", StringComparison.Ordinal);
        string changed =
            removed.Length == 0
                ? signed.Replace("t=", $"{added}t=", StringComparison.Ordinal)
                : signed.Replace(removed, added, StringComparison.Ordinal);

        DkimVerdict verdict = await VerifyAsync(changed);

        Assert.Equal((expected, "d.example", "rsa"), (verdict.Result, verdict.Domain, verdict.Selector));
    }

    [Fact]
    public async Task A_tag_that_stands_twice_spoils_the_signature()
    {
        string signed = Sign(Message, Key("rsa"), new DkimSigningOptions());

        DkimVerdict verdict = await VerifyAsync(signed.Replace("t=", "s=rsa; t=", StringComparison.Ordinal));

        Assert.Equal(DkimResult.Neutral, verdict.Result);
        Assert.Contains("twice", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_leaves_From_out_is_none()
    {
        string signed = Sign(Message, Key("rsa"), new DkimSigningOptions())
            .Replace("h=from:from:", "h=", StringComparison.Ordinal);

        Assert.Equal(DkimResult.Neutral, (await VerifyAsync(signed)).Result);
    }

    [Fact]
    public async Task A_signature_ends_with_its_time()
    {
        string signed = Sign(Message, Key("rsa"), new DkimSigningOptions(Lifetime: TimeSpan.FromDays(7)));
        Assert.Equal(DkimResult.Pass, (await VerifyAsync(signed)).Result);

        _time.Advance(TimeSpan.FromDays(7));

        Assert.Equal(DkimResult.Policy, (await VerifyAsync(signed)).Result);
    }

    [Theory]
    [InlineData("", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example FAILS", DkimResult.TempError)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; p=", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM2; p={key}", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT p={key}; v=DKIM1", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT p={key}", DkimResult.Pass)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; k=ed25519; p={key}", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; h=sha1; p={key}", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; h=sha1:sha256; p={key}", DkimResult.Pass)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; s=tlsrpt; p={key}", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; s=email:tlsrpt; t=s; p={key}", DkimResult.Pass)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; p=AAAA", DkimResult.Policy)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; p=AAAA; p={key}", DkimResult.PermError)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; p={short}", DkimResult.Policy)]
    [InlineData("rsa._domainkey.d.example TXT v=DKIM1; p={other}", DkimResult.Fail)]
    public async Task A_key_must_be_there_and_fit(string zone, DkimResult expected)
    {
        using var weak = System.Security.Cryptography.RSA.Create(512);
        zone = zone.Replace("{key}", PublicOf(Rsa), StringComparison.Ordinal)
            .Replace("{short}", Convert.ToBase64String(weak.ExportSubjectPublicKeyInfo()), StringComparison.Ordinal)
            .Replace("{other}", PublicOf(Other), StringComparison.Ordinal);

        DkimVerdict verdict = await VerifyAsync(
            Sign(Message, Key("rsa"), new DkimSigningOptions()),
            zone.Length == 0 ? [] : [zone]
        );

        Assert.Equal(expected, verdict.Result);
    }

    [Fact]
    public async Task Each_of_several_signatures_has_its_verdict_and_ten_are_looked_at()
    {
        string signed = Sign(Sign(Message, Key("rsa"), new DkimSigningOptions()), Key("ed25519"), new DkimSigningOptions());
        IReadOnlyList<DkimVerdict> both = await VerifyAllAsync(signed, Zone());
        Assert.Equal([("ed25519", DkimResult.Pass), ("rsa", DkimResult.Pass)], both.Select(one => (one.Selector, one.Result)));

        string many = string.Concat(Enumerable.Repeat("DKIM-Signature: v=1; s=x; d=y\r\n", 30)) + Message;
        IReadOnlyList<DkimVerdict> verdicts = await VerifyAllAsync(many, Zone());
        Assert.Equal(11, verdicts.Count);
        Assert.Contains("20 more", verdicts[^1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_signed_has_no_verdict_but_that() =>
        Assert.Equal(DkimResult.None, (await VerifyAsync(Message)).Result);

    [Fact]
    public void Nobody_signs_twice_with_one_key_nor_what_has_no_From()
    {
        string signed = Sign(Message, Key("rsa"), new DkimSigningOptions());

        Assert.Contains("already", Refusal(signed, Key("rsa")), StringComparison.Ordinal);
        Assert.Null(Refusal(signed, Key("ed25519")));
        Assert.Contains("From", Refusal("To: a@b.example\r\n\r\nx\r\n", Key("rsa")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_without_end_is_neither_kept_nor_signed()
    {
        string endless = "From: a@d.example\r\nSubject: " + new string('x', 300_000) + "\r\n\r\nbody\r\n";

        Assert.Contains("not read", Refusal(endless, Key("rsa")), StringComparison.Ordinal);
        Assert.Equal(DkimResult.Neutral, (await VerifyAsync(endless)).Result);
    }

    [Fact]
    public void Fields_in_front_are_signed_as_if_they_had_come()
    {
        using var message = new DkimMessage(DkimCanonicalization.Relaxed);
        message.Append(Encoding.Latin1.GetBytes(Message));
        message.Complete();
        message.PutInFront("Date: today\r\n"u8);
        byte[] field = DkimSigner.Sign(message, Key("ed25519"), new DkimSigningOptions(), Now, out _);

        Assert.Equal(
            Sign("Date: today\r\n" + Message, Key("ed25519"), new DkimSigningOptions()),
            $"{Encoding.Latin1.GetString(field)}Date: today\r\n{Message}"
        );
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ed25519")]
    public void A_key_can_be_written_and_read(string name)
    {
        DkimPrivateKey key = Key(name).Key;

        Assert.True(DkimPrivateKey.TryRead(key.ToPem(), out DkimPrivateKey? again, out _));
        Assert.Equal(key.Record, again.Record);
        again.Dispose();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----")]
    public void What_is_no_key_is_refused_without_showing_it(string pem)
    {
        Assert.False(DkimPrivateKey.TryRead(pem, out _, out string? fault));
        Assert.DoesNotContain("AAAA", fault, StringComparison.Ordinal);
    }

    /// <summary>RFC 8463 appendix A: the message, both keys and both signatures.</summary>
    [Fact]
    public async Task The_example_of_the_standard_verifies()
    {
        string message = Rfc8463.Replace("\n", "\r\n", StringComparison.Ordinal);
        IReadOnlyList<DkimVerdict> verdicts = await VerifyAllAsync(
            message,
            "brisbane._domainkey.football.example.com TXT v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "test._domainkey.football.example.com TXT v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
        );

        Assert.Equal([DkimResult.Pass, DkimResult.Pass], verdicts.Select(verdict => verdict.Result));
    }

    private const string Rfc8463 = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """;

    private static DkimSigningKey Key(string name) => new("d.example", name, name == "rsa" ? Rsa : Ed25519);

    private static string PublicOf(DkimPrivateKey key) => key.Record[(key.Record.IndexOf("p=", StringComparison.Ordinal) + 2)..];

    private static string[] Zone() =>
        [$"rsa._domainkey.d.example TXT {Rsa.Record}", $"ed25519._domainkey.d.example TXT {Ed25519.Record}"];

    private static DkimMessage Read(string text, DkimCanonicalization? form = null)
    {
        var message = new DkimMessage(form);
        message.Append(Encoding.Latin1.GetBytes(text));
        message.Complete();
        return message;
    }

    private static string Sign(string text, DkimSigningKey key, DkimSigningOptions options)
    {
        using DkimMessage message = Read(text, options.BodyForm);
        byte[] field = DkimSigner.Sign(message, key, options, Now, out string? refusal);
        Assert.Null(refusal);
        return Encoding.Latin1.GetString(field) + text;
    }

    private static string? Refusal(string text, DkimSigningKey key)
    {
        using DkimMessage message = Read(text, DkimCanonicalization.Relaxed);
        byte[] field = DkimSigner.Sign(message, key, new DkimSigningOptions(), Now, out string? refusal);
        Assert.Equal(refusal is null, field.Length > 0);
        return refusal;
    }

    private async Task<DkimVerdict> VerifyAsync(string text, string[]? zone = null) =>
        Assert.Single(await VerifyAllAsync(text, zone ?? Zone()));

    private async Task<IReadOnlyList<DkimVerdict>> VerifyAllAsync(string text, params string[] zone)
    {
        using DkimMessage message = Read(text);
        return await new DkimVerifier(new ZoneResolver(zone), _time).VerifyAsync(message, Ct);
    }

    private static string Plainly(string body, DkimCanonicalization form)
    {
        string text = body;
        if (form is DkimCanonicalization.Relaxed)
        {
            IEnumerable<string> lines = text.Split("\r\n").Select(line => Blanks(line).TrimEnd(' '));
            text = string.Join("\r\n", lines);
        }

        while (text.EndsWith("\r\n", StringComparison.Ordinal))
            text = text[..^2];
        return form is DkimCanonicalization.Relaxed && text.Length == 0 ? "" : text + "\r\n";
    }

    private static string Blanks(string line)
    {
        var text = new StringBuilder();
        foreach (char c in line)
        {
            bool isBlank = c is ' ' or '\t';
            if (!isBlank || text.Length == 0 || text[^1] != ' ')
                text.Append(isBlank ? ' ' : c);
        }

        return text.ToString();
    }
}
