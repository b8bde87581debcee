using System.Text;
using CsCheck;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Packetboat.Protocol.Dkim;
using Packetboat.Testing;
using OurSigner = Packetboat.Protocol.Dkim.DkimSigner;
using OurVerifier = Packetboat.Protocol.Dkim.DkimVerifier;
using TheirAlgorithm = MimeKit.Cryptography.DkimCanonicalizationAlgorithm;
using TheirSigner = MimeKit.Cryptography.DkimSigner;
using TheirVerifier = MimeKit.Cryptography.DkimVerifier;

namespace Packetboat.Protocol.Tests.Dkim;

/// <summary>MimeKit's signer and verifier agree with ours, on generated messages, with both algorithms and in all four forms.</summary>
public sealed class DkimMimeKitTests
{
    private const int Messages = 200;

    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly DkimPrivateKey[] Keys = [DkimPrivateKey.CreateRsa(), DkimPrivateKey.CreateEd25519()];
    private static readonly string[] Names = ["From", "To", "Subject", "Date", "Comments", "X-Other"];
    private static readonly string[] Values =
    [
        " x",
        "  a  b ",
        "\tc",
        " one\r\n\ttwo",
        " \u00fc\u00e9",
        "",
        " a:b;c=d",
        $" {new string('y', 900)}",
    ];
    private static readonly string[] Lines =
    [
        "",
        "",
        "text",
        "blanks  ",
        "tab\t",
        " \t ",
        "a  b\tc",
        "\u00fc",
        ".",
        "From x",
        "-- ",
    ];

    private static readonly Gen<string> Message = Gen.Select(
        Gen.Select(
            Gen.Int[1, Names.Length - 1],
            Gen.Int[0, Values.Length - 1],
            (name, value) => $"{Names[name]}:{Values[value]}\r\n"
        ).Array[0, 8],
        Gen.Int[0, Lines.Length - 1].Select(line => $"{Lines[line]}\r\n").Array[0, 12],
        (fields, lines) => $"From: Joe <joe@d.example>\r\n{string.Concat(fields)}\r\n{string.Concat(lines)}"
    );

    [Fact]
    public void MimeKit_verifies_what_we_sign() =>
        Gen.Select(Message, Gen.Int[0, 7])
            .Sample(
                (text, choice) =>
                {
                    (DkimPrivateKey key, DkimSigningOptions options) = Chosen(choice);
                    using var message = new DkimMessage(options.BodyForm);
                    message.Append(Encoding.Latin1.GetBytes(text));
                    message.Complete();
                    byte[] field = OurSigner.Sign(message, new DkimSigningKey("d.example", "s", key), options, Now, out _);
                    using MimeMessage read = Read([.. field, .. Encoding.Latin1.GetBytes(text)]);

                    Assert.True(new TheirVerifier(new Locator(key.Record)).Verify(read, read.Headers[0], Ct));
                },
                iter: Messages
            );

    [Fact]
    public void We_verify_what_MimeKit_signs() =>
        Gen.Select(Message, Gen.Int[0, 7])
            .Sample(
                (text, choice) =>
                {
                    (DkimPrivateKey key, DkimSigningOptions options) = Chosen(choice);
                    using MimeMessage written = Read(Encoding.Latin1.GetBytes(text));
                    using var pem = new MemoryStream(Encoding.ASCII.GetBytes(key.ToPem()));
                    var signer = new TheirSigner(pem, "d.example", "s")
                    {
                        SignatureAlgorithm =
                            key == Keys[0] ? DkimSignatureAlgorithm.RsaSha256 : DkimSignatureAlgorithm.Ed25519Sha256,
                        HeaderCanonicalizationAlgorithm = Theirs(options.HeaderForm),
                        BodyCanonicalizationAlgorithm = Theirs(options.BodyForm),
                    };
                    signer.Sign(Dos, written, ["From", "To", "Subject", "X-Other"]);
                    using var stream = new MemoryStream();
                    written.WriteTo(Dos, stream, Ct);
                    using var message = new DkimMessage();
                    message.Append(stream.ToArray());
                    message.Complete();
                    var zone = new ZoneResolver($"s._domainkey.d.example TXT {key.Record}");

                    DkimVerdict verdict = Assert.Single(
                        new OurVerifier(zone, TimeProvider.System).VerifyAsync(message, Ct).AsTask().Result
                    );

                    Assert.True(verdict.Result is DkimResult.Pass, $"{verdict.Reason}: {text}");
                },
                iter: Messages
            );

    private static FormatOptions Dos
    {
        get
        {
            FormatOptions options = FormatOptions.Default.Clone();
            options.NewLineFormat = NewLineFormat.Dos;
            return options;
        }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static (DkimPrivateKey Key, DkimSigningOptions Options) Chosen(int choice) =>
        (
            Keys[choice & 1],
            new DkimSigningOptions((DkimCanonicalization)(choice >> 1 & 1), (DkimCanonicalization)(choice >> 2 & 1))
        );

    private static TheirAlgorithm Theirs(DkimCanonicalization form) =>
        form is DkimCanonicalization.Simple ? TheirAlgorithm.Simple : TheirAlgorithm.Relaxed;

    private static MimeMessage Read(byte[] octets)
    {
        using var stream = new MemoryStream(octets);
        return MimeMessage.Load(stream, Ct);
    }

    private sealed class Locator(string record) : DkimPublicKeyLocatorBase
    {
        public override AsymmetricKeyParameter LocatePublicKey(
            string methods,
            string domain,
            string selector,
            CancellationToken cancellationToken = default
        ) => GetPublicKey(record);

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods,
            string domain,
            string selector,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(GetPublicKey(record));
    }
}
