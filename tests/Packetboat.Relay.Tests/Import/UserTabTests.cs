using System.Text;
using CsCheck;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Import;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Import;

public sealed class UserTabTests
{
    [Fact]
    public void A_record_gives_name_password_state_and_restrictions()
    {
        var read = UserTab.Read(SampleUserTab.All);

        Assert.Null(read.Fault);
        Assert.Equal(new UserTabRecord(1, "Vince", "sysoppw", false, false, ""), read.Users[0]);
        Assert.Equal(new UserTabRecord(3, "NORTH-1", "pole star", false, false, "QU"), read.Users[2]);
        Assert.True(read.Users[3].IsDeleted);
        Assert.True(read.Users[4].IsInactive);
        Assert.Equal(["MYBBS", "NORTH-1"], read.Users.Take(3).Where(user => user.IsNode).Select(user => user.Alias));
    }

    [Theory]
    [InlineData("not a user.tab", "the last 14 octets are no whole record of 1000: it is cut off, or no user.tab")]
    [InlineData("", null)]
    public void What_is_no_whole_record_is_said(string text, string? fault) =>
        Assert.Equal(fault, UserTab.Read(Encoding.ASCII.GetBytes(text)).Fault);

    [Fact]
    public void One_bad_record_leaves_the_others_and_their_numbers_alone()
    {
        byte[] noLineEnd = SampleUserTab.Record("AAA", "pw");
        noLineEnd[^1] = (byte)' ';
        byte[] blank = Enumerable.Repeat((byte)' ', 1000).ToArray();
        blank[^1] = (byte)'\n';

        var read = UserTab.Read([
            .. noLineEnd,
            .. blank,
            .. SampleUserTab.Record("BBB", "pw", misc: "xyz"),
            .. SampleUserTab.Record(new string('C', 26), "pw"),
            .. SampleUserTab.Record("DDD", "pw"),
        ]);

        Assert.Equal(
            [
                "it is not 999 octets and a line end",
                "it has only 1 fields",
                "its misc field is not a hexadecimal number",
                "its alias or password is longer than such a field can be",
                null,
            ],
            read.Users.Select(user => user.Fault)
        );
        Assert.Equal((5, "DDD"), (read.Users[^1].Number, read.Users[^1].Alias));
    }

    [Fact]
    public void The_nodes_are_taken_and_each_of_the_others_is_told_why_not()
    {
        var plan = ImportPlan.Of(UserTab.Read(SampleUserTab.All).Users, [QwkId.Parse("NORTH-1")], []);

        Assert.Equal(2, plan.Others);
        Assert.Equal(
            [
                "MYBBS: taken",
                "NORTH-1: there is an account of this name",
                "OLDBBS: the user is deleted",
                "SLEEPY: the user is inactive",
                "NOPASS: it has no password",
                "MUTE: its restrictions (QM) forbid it mail (M, E) or make it a guest (G)",
                "no id at all: its length is 12",
                "UMLAUT: its password has characters beyond ASCII",
                "MY-BBS: at sign-in it cannot be told from MYBBS, because only letters and digits count there",
                "SELF: it is the QWK-ID itself",
            ],
            plan.Rows.Select(Shown)
        );
    }

    [Fact]
    public void Those_that_are_named_are_taken_nodes_or_not_and_no_others()
    {
        var plan = ImportPlan.Of(UserTab.Read(SampleUserTab.All).Users, [], ["sam", "mybbs", "OLDBBS", "NOBODY"]);

        Assert.Equal(
            [
                "MYBBS: taken",
                "OLDBBS: the user is deleted",
                // It is spelled alike at a sign-in.
                "MY-BBS: at sign-in it cannot be told from MYBBS, because only letters and digits count there",
                "Sam: taken",
                "NOBODY: no user in the file has this alias",
            ],
            plan.Rows.Select(Shown)
        );
    }

    [Fact]
    public void A_password_is_in_no_text_that_is_printed()
    {
        var users = UserTab.Read(SampleUserTab.All).Users;

        Assert.All(
            ImportPlan.Of(users, [], []).Rows.Where(row => row.User.Password.Length > 4),
            row => Assert.DoesNotContain(row.User.Password, $"{row}{row.User}", StringComparison.Ordinal)
        );
    }

    /// <summary>Whatever stands in the fields, a record is read as it was written, wherever it stands.</summary>
    [Fact]
    public void What_was_written_is_read() =>
        Gen.Select(Gen.String[Gen.Char[' ', '~'], 0, 25], Gen.String[Gen.Char[' ', '~'], 0, 40], Gen.UInt)
            .List[0, 8]
            .Sample(users =>
            {
                byte[] file =
                [
                    .. users.SelectMany(user =>
                        SampleUserTab.Record(
                            user.Item1,
                            user.Item2,
                            user.Item3.ToString("x", System.Globalization.CultureInfo.InvariantCulture)
                        )
                    ),
                ];
                Assert.Equal(
                    users.Select(
                        (user, i) =>
                            new UserTabRecord(i + 1, user.Item1, user.Item2, (user.Item3 & 1) != 0, (user.Item3 & 0x40) != 0, "Q")
                    ),
                    UserTab.Read(file).Users
                );
            });

    /// <summary>Any octets: nobody is taken who could not be added by hand, and no name twice.</summary>
    [Fact]
    public void No_octets_make_an_account_that_could_not_be_added() =>
        Gen
            .Byte.Array[0, 4000]
            .Sample(octets =>
            {
                QwkId[] taken =
                [
                    .. ImportPlan
                        .Of(UserTab.Read(octets).Users, [], [])
                        .Rows.Where(row => row.Refusal is null)
                        .Select(row => row.Account!),
                ];
                Assert.Equal(taken.Length, taken.Select(id => id.LoginForm).Distinct(StringComparer.Ordinal).Count());
            });

    private static string Shown(PlannedImport row) => $"{row.User.Alias}: {row.Refusal?.Reason ?? "taken"}";
}
