using CsCheck;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Tests.Hub;

public sealed class KeyFingerprintTests
{
    [Fact]
    public void Every_form_in_which_programs_write_it_is_read() =>
        Gen
            .Byte.Array[32]
            .Sample(hash =>
            {
                string hex = Convert.ToHexString(hash);
                string base64 = Convert.ToBase64String(hash);
                foreach (
                    string text in new[]
                    {
                        KeyFingerprint.Format(hash),
                        base64,
                        "sha256//" + base64,
                        hex,
                        hex.ToLowerInvariant(),
                        "SHA256:" + string.Join(':', hex.Chunk(2).Select(pair => new string(pair))),
                    }
                )
                {
                    Assert.True(KeyFingerprint.TryParse(text, out byte[]? read, out _), text);
                    Assert.Equal(hash, read);
                }
            });

    [Theory]
    [InlineData("")]
    [InlineData("SHA256:")]
    [InlineData("SHA256:AAAA")]
    [InlineData("MD5:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    public void What_is_no_fingerprint_is_refused(string text) => Assert.False(KeyFingerprint.TryParse(text, out _, out _));

    [Theory]
    [InlineData("SCRAM-SHA-256", true)]
    [InlineData("SCRAM-SHA-256-PLUS", true)]
    [InlineData("PLAIN", false)]
    [InlineData("EXTERNAL", false)]
    public void SCRAM_that_is_tied_to_the_connection_is_no_less_than_SCRAM(string mechanism, bool isAllowed) =>
        Assert.Equal(isAllowed, new SignInRule(["SCRAM-SHA-256"], RequiresTls: false).AllowsMechanism(mechanism));
}
