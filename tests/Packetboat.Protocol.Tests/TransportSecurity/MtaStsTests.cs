using CsCheck;
using Packetboat.Protocol.TransportSecurity;

namespace Packetboat.Protocol.Tests.TransportSecurity;

public sealed class MtaStsTests
{
    private const string Whole =
        "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.Example.NET\r\nmax_age: 604800\r\n";

    private static readonly string[] Words =
    [
        "version: STSv1\n",
        "mode: enforce\n",
        "mode: none\r\n",
        "mx: ",
        "*.",
        "a.example\n",
        "max_age: ",
        "99\n",
    ];

    [Theory]
    [InlineData("20160831085700Z", "v=STSv1; id=20160831085700Z;")]
    [InlineData("1", "v=STSv1 ;id=1")]
    [InlineData("1", "v=STSv1; x=y; id=1; z=;")]
    [InlineData("1", "v=spf1 -all", "v=STSv1; id=1;")]
    [InlineData(null, "v=STSv1; id=1;", "v=STSv1; id=2;")]
    [InlineData(null, "v=STSv2; id=1;")]
    [InlineData(null, "v=STSv1")]
    [InlineData(null, "v=STSv1; id=;")]
    [InlineData(null, "v=STSv1; id=a-b;")]
    [InlineData(null, "v=STSv1; id=123456789012345678901234567890123;")]
    [InlineData(null)]
    public void A_record_announces_a_policy(string? id, params string[] records) => Assert.Equal(id, MtaStsRecord.IdOf(records));

    [Fact]
    public void A_policy_is_read()
    {
        Assert.True(MtaStsPolicy.TryParse(Whole, out MtaStsPolicy? policy, out _));
        Assert.Equal((MtaStsMode.Enforce, TimeSpan.FromDays(7)), (policy.Mode, policy.MaxAge));
        Assert.Equal(["mail.example.com", "*.example.net"], policy.Patterns);
    }

    [Theory]
    [InlineData("mode: none\nmax_age: 1\nversion: STSv1")]
    [InlineData("version:STSv1\nmode:testing\nmx:a.example\nmax_age:0\n\n")]
    [InlineData("version: STSv1\nmode: enforce\nmode: none\nmx: a.example\nmax_age: 31557600\nnew-field: x:y\n")]
    public void Order_line_ends_and_what_we_do_not_know_make_no_difference(string text) =>
        Assert.True(MtaStsPolicy.TryParse(text, out _, out _));

    /// <summary>Thrown away, the policy would protect nobody.</summary>
    [Theory]
    [InlineData("31557601")]
    [InlineData("99999999999999999999")]
    public void More_than_a_year_is_a_year(string age)
    {
        string text = $"version: STSv1\nmode: enforce\nmx: a.example.\nmax_age: {age}\n";
        Assert.True(MtaStsPolicy.TryParse(text, out MtaStsPolicy? policy, out _));
        Assert.Equal((31_557_600, true), (policy.MaxAge.TotalSeconds, policy.Covers("a.example")));
    }

    [Theory]
    [InlineData("", "version is not STSv1")]
    [InlineData("version: STSv2\nmode: none\nmax_age: 1", "version is not STSv1")]
    [InlineData("version: STSv1\nmode: Enforce\nmx: a.example\nmax_age: 1", "mode is none of enforce, testing and none")]
    [InlineData("version: STSv1\nmode: enforce\nmax_age: 1", "no mx is named")]
    [InlineData("version: STSv1\nmode: none", "max_age is no number of seconds")]
    [InlineData("version: STSv1\nmode: none\nmax_age: -1", "max_age is no number of seconds")]
    [InlineData("version: STSv1\nmode: none\nmax_age: 1d", "max_age is no number of seconds")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *.*.example\nmax_age: 1", "mx '*.*.example' is no host name")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *\nmax_age: 1", "mx '*' is no host name")]
    [InlineData("version: STSv1\nmode: enforce\nmx: [192.0.2.1]\nmax_age: 1", "mx '[192.0.2.1]' is no host name")]
    [InlineData("<html>", "'<html>' is no field")]
    public void What_is_no_policy_is_said_to_be_none(string text, string why)
    {
        Assert.False(MtaStsPolicy.TryParse(text, out _, out string? fault));
        Assert.Equal(why, fault);
    }

    [Theory]
    [InlineData("mail.example.com", true)]
    [InlineData("MAIL.example.com.", true)]
    [InlineData("mx.mail.example.com", false)]
    [InlineData("a.example.net", true)]
    [InlineData("a.b.example.net", false)]
    [InlineData("example.net", false)]
    [InlineData(".example.net", false)]
    [InlineData("aexample.net", false)]
    [InlineData("net", false)]
    [InlineData("", false)]
    public void An_asterisk_stands_for_one_label(string host, bool isNamed)
    {
        Assert.True(MtaStsPolicy.TryParse(Whole, out MtaStsPolicy? policy, out _));
        Assert.Equal(isNamed, policy.Covers(host));
    }

    [Fact]
    public void Whatever_a_web_server_sends_is_a_policy_or_a_printable_fault()
    {
        Gen<string> word = Gen.OneOf(Gen.Int[0, Words.Length - 1].Select(i => Words[i]), Gen.String[0, 5]);
        word.Array[0, 12]
            .Select(string.Concat)
            .Sample(text =>
                MtaStsPolicy.TryParse(text, out MtaStsPolicy? policy, out string? fault)
                    ? policy.MaxAge <= TimeSpan.FromDays(366) && (policy.Mode == MtaStsMode.None || policy.Patterns.Count > 0)
                    : PrintableText.Of(fault, int.MaxValue) == fault
            );
    }
}
