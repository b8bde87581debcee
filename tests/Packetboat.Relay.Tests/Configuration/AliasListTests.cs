using System.Text;
using CsCheck;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Tests.Configuration;

public sealed class AliasListTests
{
    private const string Aliases = """
        ; comment
        info   Digital Man
        INFO   never
        *@old.example *@new.example
        abuse@bbs.example	1
        list sub:GENERAL
        lonely
        *.test local
        """;

    [Theory]
    [InlineData("Info", "Digital Man")]
    [InlineData("joe@OLD.example", "joe@new.example")]
    [InlineData("abuse@bbs.example", "1")]
    [InlineData("list", "sub:GENERAL")]
    [InlineData("a@b.test", "local")]
    [InlineData("lonely", null)]
    [InlineData(";", null)]
    [InlineData("nobody", null)]
    [InlineData("", null)]
    public void An_alias_is_resolved(string name, string? expected) =>
        Assert.Equal(expected, AliasList.Parse(Encoding.UTF8.GetBytes(Aliases)).Resolve(name));

    [Fact]
    public void No_file_makes_reading_fail_or_resolves_to_nothing() =>
        Gen.Select(Gen.OneOf("*", "a", " ", ";", "\n", "@b", "\t", "\u00E4").Array[0, 40].Select(string.Concat), Gen.String)
            .Sample((text, name) => AliasList.Parse(Encoding.UTF8.GetBytes(text)).Resolve(name) != "");
}
